import Datasets
import Diagnostics
import Fields
import Testing

@Suite("Outputs at scattered points") struct PointMappingTests {
  private let mapping = FieldMapping.points(inputs: ["x"], points: "places", outputs: ["y"])

  private func data(_ path: String, train: Int, test: Int) throws -> LearningData {
    try LearningData(DataConfiguration(path: path, train: train, test: test, mapping: mapping))
  }

  @Test("aligned data: each function has one point of its own")
  func aligned() throws {
    let scratch = try Scratch()
    let path = scratch.file("aligned.h5")
    PlainFile.write(
      path,
      [
        ("x", [6, 5], PlainFile.ramp([6, 5])), ("places", [6, 2], PlainFile.ramp([6, 2])),
        ("y", [6, 1], PlainFile.ramp([6, 1])),
      ])
    let data = try data(path, train: 4, test: 2)
    #expect(data.signature.queries == .perSample(count: 1, dimensions: 2))
    #expect(data.signature.gridShape == [5] && data.signature.outputShape == [1])
    let test = try data.table(data.test)
    #expect(test.inputs.doubles == PlainFile.ramp([6, 5]).suffix(10))
    #expect(test.points?.doubles == PlainFile.ramp([6, 2]).suffix(4))
    #expect(test.outputs.doubles == PlainFile.ramp([6, 1]).suffix(2))
    #expect(try data.table(data.train).fingerprint() != test.fingerprint())
  }

  @Test("each function has several points, and several outputs stand side by side")
  func several() throws {
    let scratch = try Scratch()
    let path = scratch.file("points.h5")
    PlainFile.write(
      path,
      [
        ("x", [3, 5], PlainFile.ramp([3, 5])), ("places", [3, 4, 2], PlainFile.ramp([3, 4, 2])),
        ("y", [3, 4], PlainFile.ramp([3, 4])), ("z", [3, 4, 2], PlainFile.ramp([3, 4, 2])),
      ])
    let data = try LearningData(
      DataConfiguration(
        path: path, train: 3, mapping: .points(inputs: ["x"], points: "places", outputs: ["y", "z"])))
    #expect(
      data.signature.queries == .perSample(count: 4, dimensions: 2) && data.signature.outputChannels == 3)
    let table = try data.table(data.train)
    for row in 0..<12 {
      #expect(
        (0..<3).map { table.outputs[row * 3 + $0] } == [
          Double(row) / 8, Double(2 * row) / 8, Double(2 * row + 1) / 8,
        ])
    }
  }

  @Test("all functions share their points, as in DeepXDE's cartesian data", arguments: [[4, 1], [4]])
  func common(_ shape: [Int]) throws {
    let scratch = try Scratch()
    let path = scratch.file("common.h5")
    PlainFile.write(
      path,
      [
        ("x", [3, 5], PlainFile.ramp([3, 5])), ("places", shape, PlainFile.ramp([4])),
        ("y", [3, 4], PlainFile.ramp([3, 4])),
      ])
    let data = try data(path, train: 3, test: 0)
    #expect(data.signature.queries == .common(coordinates: [0, 0.125, 0.25, 0.375], dimensions: 1))
    #expect(try data.table(data.train).points == nil)
  }

  @Test("refuses points and outputs that do not fit each other, with exit status 3")
  func refusals() throws {
    let scratch = try Scratch()
    for (index, (places, y)) in [
      ([3, 4, 2], [3, 5]), ([3, 4, 9], [3, 4]), ([2, 4, 2], [3, 4]), ([3, 4], [3, 5]),
    ].enumerated() {
      let path = scratch.file("bad\(index).h5")
      PlainFile.write(
        path,
        [
          ("x", [3, 5], PlainFile.ramp([3, 5])), ("places", places, PlainFile.ramp(places)),
          ("y", y, PlainFile.ramp(y)),
        ])
      do {
        _ = try data(path, train: 3, test: 0)
        Issue.record("\(places) and \(y) were taken")
      } catch {
        #expect((error as? any Diagnosable)?.diagnostic.exitCode == .badInput, "\(places) and \(y): \(error)")
      }
    }
  }

  @Test("a trajectory is the first time to all times, which are known to the model")
  func trajectory() throws {
    let scratch = try Scratch()
    let path = scratch.file("flow.h5")
    try Samples.write(Samples.flow, mapping: nil, count: 3, to: path, storage: .float64)
    let data = try LearningData(
      DataConfiguration(path: path, train: 2, test: 1, mapping: .trajectory(field: "velocity")))
    let times = Samples.flow.times
    #expect(data.signature.outputTimes == times && data.signature.rolloutSteps == 1)
    #expect(data.signature.inputChannels == 2 && data.signature.outputChannels == 2 * times.count)
  }

  @Test("noise is relative to the sample's size, the same each time, and where it was asked for")
  func noise() throws {
    let scratch = try Scratch()
    let path = scratch.file("line.h5")
    try Samples.write(Samples.line, mapping: Samples.lineMapping, count: 40, to: path)
    var configuration = DataConfiguration(path: path, train: 30, test: 10)
    let clean = try LearningData(configuration)
    configuration.noise.test = 0.01
    let noisy = try LearningData(configuration)
    #expect(try noisy.table(noisy.train).inputs.doubles == clean.table(clean.train).inputs.doubles)
    let (a, b) = (try clean.table(clean.test), try noisy.table(noisy.test))
    #expect(
      try noisy.table(noisy.test).inputs.doubles == b.inputs.doubles && a.outputs.doubles == b.outputs.doubles
    )
    let size = a.inputs.doubles.reduce(0) { $0 + $1 * $1 }
    let difference = zip(a.inputs.doubles, b.inputs.doubles).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    // 80 squared normals: their mean is 1 within a relative deviation of (2/80)^½ = 0.16.
    #expect(abs((difference / size).squareRoot() / 0.01 - 1) < 0.4)
  }
}
