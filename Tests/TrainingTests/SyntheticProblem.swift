import Autodiff
import Configuration
import Datasets
import Diagnostics
import Fields
import Foundation
import Layers
import Operators
import Tensors
import Training

/// A small learning problem on disk: random trigonometric polynomials and a nonlinear image of them, or trajectories
/// that rotate.
final class SyntheticProblem {
  let folder: URL
  var file: String { folder.appendingPathComponent("data.h5").path }

  init(samples: Int = 24, points: Int = 32, steps: Int? = nil) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("opkit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let axis = GridAxis(
      name: "x", coordinates: (0..<points).map { Double($0) / Double(points) }, boundary: .periodic)
    let numbers = Philox(seed: 11, stream: "synthetic")
    if let steps {
      let layout = SampleLayout(
        axes: [axis], times: (0..<steps).map(Double.init),
        fields: [.init(name: "u", longName: "wave", dependsOnTime: true)])
      try write(layout, .window(field: "u", inputSteps: 2, outputSteps: steps - 2), samples) { sample in
        [(0..<steps).flatMap { t in self.wave(numbers, sample, points, shift: 0.05 * Double(t)) }]
      }
    } else {
      let layout = SampleLayout(
        axes: [axis], fields: [.init(name: "a", longName: "input"), .init(name: "u", longName: "output")])
      try write(layout, .steady(inputs: ["a"], outputs: ["u"]), samples) { sample in
        let a = self.wave(numbers, sample, points, shift: 0)
        return [a, a.map { $0 * $0 - 0.3 * $0 + 0.1 }]
      }
    }
  }

  /// Trigonometric polynomials and their antiderivatives from 0 on; the last of them is sin 2πx.
  init(antiderivatives samples: Int, points: Int) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("opkit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let x = (0..<points).map { Double($0) / Double(points) }
    let layout = SampleLayout(
      axes: [GridAxis(name: "x", coordinates: x, boundary: .periodic)],
      fields: [.init(name: "a", longName: "input"), .init(name: "u", longName: "antiderivative")])
    let numbers = Philox(seed: 12, stream: "antiderivatives")
    try write(layout, .steady(inputs: ["a"], outputs: ["u"]), samples) { sample in
      var (a, u) = ([Double](repeating: 0, count: points), [Double](repeating: 0, count: points))
      for k in 1...3 {
        let (s, c) =
          sample == samples - 1
          ? (k == 1 ? 1 : 0, 0) : numbers.normals(UInt64(sample), UInt64(k))
        let rate = 2 * Double.pi * Double(k)
        for j in 0..<points {
          a[j] += s * sin(rate * x[j]) + c * cos(rate * x[j])
          u[j] += (s * (1 - cos(rate * x[j])) + c * sin(rate * x[j])) / rate
        }
      }
      return [a, u]
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func wave(_ numbers: Philox, _ sample: Int, _ points: Int, shift: Double) -> [Double] {
    (0..<points).map { j in
      (1...3).reduce(0.0) { sum, k in
        let (a, b) = numbers.normals(UInt64(sample), UInt64(k))
        let (s, c) = (
          sin(2 * .pi * Double(k) * (Double(j) / Double(points) - shift)),
          cos(2 * .pi * Double(k) * (Double(j) / Double(points) - shift))
        )
        return sum + (a * s + b * c) / Double(k)
      }
    }
  }

  private func write(
    _ layout: SampleLayout, _ mapping: FieldMapping, _ samples: Int, _ fields: (Int) -> [[Double]]
  ) throws {
    let writer = try DatasetWriter(path: file, layout: layout, mapping: mapping, sampleCount: samples)
    for sample in 0..<samples { try writer.append(SolvedSample(fields: fields(sample), quality: [:])) }
    try writer.finish()
  }

  /// A trainer for this problem; `training` is the JSON of the training section.
  ///
  /// - Parameter grid: the one of the grids that is trained on; all of them if nil.
  func trainer(
    model: String = #"{"type": "fno-original", "modes": 5, "width": 8, "layers": 2}"#, training: String,
    train: Int = 16, validation: Int = 0, strides: [Int] = [1], only grid: Int? = nil, threads: Int = 1,
    seed: UInt64 = 0
  ) throws -> (trainer: Trainer, data: LearningData, table: SampleTable) {
    let reader = ConfigReader(
      try ConfigDocument.parse("{\"model\": \(model), \"training\": \(training)}", source: "test.json"))
    let recipe = try ModelRegistry.read("model", from: reader)
    let configuration = try TrainingConfiguration(from: reader.section("training", doc: ""))
    try reader.finish()
    let data = try LearningData(
      DataConfiguration(path: file, train: train, validation: validation, test: 4, strides: strides))
    let builder = ParameterBuilder()
    let model = try recipe.build(data.signature, builder)
    let tables = try data.tables(data.train, precision: configuration.precision)
    let table = tables[0]
    let held = validation > 0 ? try data.tables(data.validation, precision: configuration.precision) : []
    let task = try OperatorTask(
      model: model, derivations: builder.derivations, fittingNormalizersTo: table, input: .channel,
      output: .channel)
    let trainer = try Trainer(
      task, configuration, builder: builder, training: grid.map { [tables[$0]] } ?? tables, validation: held,
      seed: seed,
      pool: WorkerPool(workerCount: threads))
    return (trainer, data, table)
  }

  /// A run in a directory of its own.
  func run(_ name: String, _ parts: (trainer: Trainer, data: LearningData, table: SampleTable)) throws
    -> TrainingRun
  {
    try TrainingRun(
      parts.trainer, directory: RunDirectory(path: folder.appendingPathComponent(name).path),
      identity: .init(
        configuration: .object([]), mapping: parts.data.mapping, outputs: parts.data.outputs,
        fingerprint: parts.table.fingerprint()))
  }
}

extension Trainer {
  /// The bits of all weights; what is derived from them follows.
  var bits: [Double] { parameters.flatMap { $0.range.map { values[$0] } } }
}

/// A console that says nothing.
func silentProgress() -> Diagnostics.Progress {
  Console(quiet: true).progress("test", total: 1, unit: "epochs")
}
