import Configuration
import Datasets
import Fields
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Data for learning")
struct LearningDataTests {
  /// Value at a place of channels-last data.
  private func at(_ buffer: HostBuffer, _ shape: [Int], _ index: [Int]) -> Double {
    buffer[zip(shape, index).reduce(0) { $0 * $1.0 + $1.1 }]
  }

  @Test("A steady mapping gives the chosen samples, the last ones for the test")
  func steady() throws {
    let scratch = try Scratch()
    let path = scratch.file("line.h5")
    try Samples.write(Samples.line, mapping: Samples.lineMapping, count: 10, to: path)
    let data = try LearningData(DataConfiguration(path: path, train: 5, validation: 2, test: 3))
    #expect(data.mapping == Samples.lineMapping)
    #expect(data.train.samples == 0..<5 && data.validation.samples == 5..<7 && data.test.samples == 7..<10)
    #expect(data.signature == OperatorSignature(inputChannels: 1, outputChannels: 1, axes: Samples.line.axes))
    let test = try data.table(data.test)
    for sample in 0..<3 {
      for point in 0..<8 {
        #expect(test.inputs[sample * 8 + point] == Samples.value(sample: 7 + sample, field: 0, flat: point))
        #expect(test.outputs[sample * 8 + point] == Samples.value(sample: 7 + sample, field: 1, flat: point))
      }
    }
  }

  @Test("A window orders channels by time, then component, and speaks of one step")
  func window() throws {
    let scratch = try Scratch()
    let path = scratch.file("flow.h5")
    try Samples.write(Samples.flow, mapping: nil, count: 3, to: path, storage: .float64)
    let data = try LearningData(
      DataConfiguration(
        path: path, train: 2, test: 1, reading: ReadingOptions(stride: 2),
        mapping: .window(field: "velocity", inputSteps: 1, outputSteps: 3)))
    #expect(data.signature.inputChannels == 2 && data.signature.outputChannels == 2)
    #expect(data.signature.rolloutSteps == 3)
    #expect(data.signature.gridShape == [2, 3])
    #expect(data.signature.axes[1].coordinates == [0, 2.0 / 6, 4.0 / 6])
    let table = try data.table(data.train, precision: .float64)
    #expect(table.outputChannels == 6 && table.precision == .float64)
    for time in 0..<4 {
      for component in 0..<2 {
        let stored = ((time * 2 + component) * 4 + 2) * 6 + 4  // point (1, 2) of the thinned grid
        let expected = Samples.value(sample: 1, field: 1, flat: stored)
        let value =
          time == 0
          ? at(table.inputs, [2, 2, 3, 2], [1, 1, 2, component])
          : at(table.outputs, [2, 2, 3, 6], [1, 1, 2, (time - 1) * 2 + component])
        #expect(value == expected)
      }
    }
    #expect(data.outputs.fields[0].times == [0.5, 1, 1.5])
    #expect(data.outputs.fields[0].channels == ["x", "y"])
  }

  @Test("Initial to final takes the first and the last time; steady stacks all times")
  func times() throws {
    let scratch = try Scratch()
    let path = scratch.file("flow.h5")
    try Samples.write(Samples.flow, mapping: .initialToFinal(field: "vorticity"), count: 2, to: path)
    let data = try LearningData(DataConfiguration(path: path, train: 2))
    let table = try data.table(data.train)
    #expect(at(table.inputs, [2, 4, 6, 1], [1, 2, 3, 0]) == Samples.value(sample: 1, field: 0, flat: 15))
    #expect(
      at(table.outputs, [2, 4, 6, 1], [1, 2, 3, 0]) == Samples.value(sample: 1, field: 0, flat: 3 * 24 + 15))
    let stacked = try SampleReader(
      DatasetFile(path: path), mapping: .steady(inputs: ["forcing", "velocity"], outputs: ["vorticity"]))
    #expect(stacked.signature.inputChannels == 1 + 8 && stacked.signature.outputChannels == 4)
  }

  @Test(
    "Arrays without names: what is a channel axis",
    arguments: [
      ([6, 16], [6, 16], ReadingOptions(), 1, 1, [16]),
      ([6, 1, 4, 8], [6, 1, 4, 8], ReadingOptions(), 1, 1, [4, 8]),
      ([6, 3, 4, 8], [6, 1, 4, 8], ReadingOptions(), 3, 1, [4, 8]),
      ([6, 4, 8], [6, 4, 8], ReadingOptions(), 1, 1, [4, 8]),
      ([6, 2, 4, 8], [6, 4, 8], ReadingOptions(), 2, 1, [4, 8]),
      ([6, 2, 4, 8], [6, 2, 4, 8], ReadingOptions(), 1, 1, [2, 4, 8]),
      ([6, 2, 4, 8], [6, 2, 4, 8], ReadingOptions(channelAxis: true), 2, 2, [4, 8]),
      ([6, 2, 3, 4, 8], [6, 2, 3, 4, 8], ReadingOptions(), 2, 2, [3, 4, 8]),
      ([6, 1, 8], [6, 1, 8], ReadingOptions(channelAxis: false), 1, 1, [1, 8]),
    ])
  func channelAxis(_ c: (x: [Int], y: [Int], options: ReadingOptions, inputs: Int, outputs: Int, grid: [Int]))
    throws
  {
    let scratch = try Scratch()
    let path = scratch.file("plain.h5")
    PlainFile.pair(path, x: c.x, y: c.y)
    let data = try LearningData(DataConfiguration(path: path, train: 4, test: 2, reading: c.options))
    #expect(data.signature.inputChannels == c.inputs && data.signature.outputChannels == c.outputs)
    #expect(data.signature.gridShape == c.grid)
    let table = try data.table(data.test)
    let points = c.grid.reduce(1, *)
    // Flat index of sample 4, last channel, last point.
    let last = Double(5 * c.inputs * points - 1) / 8
    #expect(table.inputs[points * c.inputs - 1] == last)
  }

  @Test("Points of a file without coordinates follow the chosen boundary")
  func boundaries() throws {
    let scratch = try Scratch()
    let path = scratch.file("plain.h5")
    PlainFile.pair(path, x: [2, 9], y: [2, 9])
    func axis(_ boundary: GridAxis.Boundary?, _ stride: Int) throws -> GridAxis {
      let options = ReadingOptions(boundary: boundary, stride: stride)
      return try LearningData(DataConfiguration(path: path, train: 2, reading: options)).signature.axes[0]
    }
    #expect(try axis(nil, 3).coordinates == [0, 3.0 / 9, 6.0 / 9])
    #expect(try axis(nil, 1).boundary == .periodic)
    #expect(try axis(.closed, 4).coordinates == [0, 0.5, 1])
    #expect(try axis(.cellCentred, 3).coordinates == [1.5 / 9, 4.5 / 9, 7.5 / 9])
  }

  @Test("Reading a range of samples at a time gives the same values as reading all")
  func ranges() throws {
    let scratch = try Scratch()
    let path = scratch.file("line.h5")
    try Samples.write(Samples.line, mapping: Samples.lineMapping, count: 7, to: path)
    let reader = try SampleReader(DatasetFile(path: path), mapping: Samples.lineMapping)
    let all = try SampleTable(reader, samples: 0..<7)
    let part = HostBuffer(count: 3 * 8, precision: .float32)
    try reader.read(3..<6, inputs: part.base, outputs: nil)
    #expect(part.doubles == Array(all.inputs.doubles[24..<48]))
  }

  @Test("The fingerprint follows the values, not the file")
  func fingerprint() throws {
    let scratch = try Scratch()
    func print(_ name: String, storage: Precision, altered: Bool, train: Int = 3, stride: Int = 1) throws
      -> String
    {
      let path = scratch.file(name)
      if !FileManager.default.fileExists(atPath: path) {
        try Samples.write(Samples.line, mapping: Samples.lineMapping, count: 4, to: path, storage: storage) {
          if altered, $0 == 2 { $1.fields[1][7] += 1 }
        }
      }
      let data = try LearningData(
        DataConfiguration(path: path, train: train, reading: ReadingOptions(stride: stride)))
      return try data.table(data.train).fingerprint()
    }
    let base = try print("a.h5", storage: .float32, altered: false)
    #expect(try print("b.h5", storage: .float64, altered: false) == base)
    #expect(try print("c.h5", storage: .float32, altered: true) != base)
    #expect(try print("a.h5", storage: .float32, altered: false, train: 4) != base)
    #expect(try print("a.h5", storage: .float32, altered: false, stride: 2) != base)
  }

  @Test("Predictions read back under the names and times of the truth")
  func predictions() throws {
    let scratch = try Scratch()
    let path = scratch.file("flow.h5")
    try Samples.write(Samples.flow, mapping: nil, count: 3, to: path)
    let mapping = FieldMapping.window(field: "velocity", inputSteps: 2, outputSteps: 2)
    let reader = try SampleReader(DatasetFile(path: path), mapping: mapping)
    let described = try OutputDescription(reader)
    let stored = try OutputDescription(json: described.json, source: "checkpoint")
    #expect(stored == described)
    let truth = try SampleTable(reader, samples: 1..<3)
    let target = scratch.file("prediction.h5")
    let writer = try PredictionWriter(
      path: target, outputs: stored, axes: reader.axes, sampleIndices: [1, 2], precision: .float32)
    try writer.append(truth.outputs.base, samples: 1)
    try writer.append(truth.outputs.base + truth.outputs.byteCount / 2, samples: 1)
    try writer.finish()
    let file = try DatasetFile(path: target)
    #expect(file["velocity"]?.dimensions == ["sample", "time", "channel", "x", "y"])
    #expect(try file.values(of: #require(file["time"])) == [1, 1.5])
    #expect(try file.values(of: #require(file["sample"])) == [1, 2])
    let again = try SampleReader(file, mapping: .steady(inputs: ["velocity"], outputs: ["velocity"]))
    #expect(try SampleTable(again, samples: 0..<2).outputs.doubles == truth.outputs.doubles)
  }

  @Test("Predictions of y on axes x and y get a name of their own")
  func predictionName() throws {
    let scratch = try Scratch()
    let path = scratch.file("plain.h5")
    PlainFile.pair(path, x: [2, 1, 4, 4], y: [2, 1, 4, 4])
    let reader = try SampleReader(DatasetFile(path: path), mapping: .steady(inputs: ["x"], outputs: ["y"]))
    let table = try SampleTable(reader, samples: 0..<2)
    let writer = try PredictionWriter(
      path: scratch.file("p.h5"), outputs: OutputDescription(reader), axes: reader.axes,
      sampleIndices: [0, 1],
      precision: .float32)
    try writer.append(table.outputs.base, samples: 2)
    try writer.finish()
    #expect(try DatasetFile(path: scratch.file("p.h5"))["prediction_y"]?.shape == [2, 1, 4, 4])
  }

  @Test("neuraloperator's Darcy set, as converted to plain HDF5, loads as 1000 × 16 × 16 × 1")
  func thirdParty() throws {
    guard let path = VerificationData.path("third-party/hdf5/darcy_train_16.h5") else { return }
    let data = try LearningData(DataConfiguration(path: path, train: 1000))
    #expect(data.signature.inputChannels == 1 && data.signature.outputChannels == 1)
    let table = try data.table(data.train)
    #expect(table.gridShape == [16, 16] && table.inputs.count == 1000 * 16 * 16)
    #expect(Set(table.inputs.doubles) == [0, 1])
    // Published with the data: mean 0.386, minimum −0.43, maximum 2.06, to the digits given.
    let range = try DatasetFile(path: path).range(of: #require(DatasetFile(path: path)["y"]))
    #expect(abs(range.mean - 0.386) < 5e-4)
    #expect(abs(range.minimum + 0.43) < 5e-3 && abs(range.maximum - 2.06) < 5e-3)
  }
}
