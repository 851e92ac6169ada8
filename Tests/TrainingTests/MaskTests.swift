import Autodiff
import Configuration
import Datasets
import Fields
import Foundation
import Operators
import Tensors
import Testing
import Training

@Suite("A mask") struct MaskTests {
  private static let points = 16
  /// Inside of the domain.
  private static func isInside(_ sample: Int, _ point: Int) -> Bool { point > sample % 3 && point < 12 }

  /// Functions and their squares inside of a domain of each sample's own; `outside` is what the file says elsewhere.
  private func write(_ outside: Double, to path: String) throws {
    let points = Self.points
    let layout = SampleLayout(
      axes: [GridAxis(name: "x", coordinates: (0..<points).map(Double.init), boundary: .closed)],
      fields: [
        .init(name: "a", longName: "input"), .init(name: "u", longName: "output"),
        .init(name: "mask", longName: "domain"),
      ])
    let writer = try DatasetWriter(
      path: path, layout: layout, mapping: .steady(inputs: ["a", "mask"], outputs: ["u"]), sampleCount: 12)
    let numbers = Philox(seed: 5, stream: "mask")
    for sample in 0..<12 {
      let a = (0..<points).map { numbers.normals(UInt64(sample), UInt64($0)).0 }
      let inside = (0..<points).map { Self.isInside(sample, $0) }
      try writer.append(
        SolvedSample(
          fields: [a, zip(a, inside).map { $1 ? $0 * $0 : outside }, inside.map { $0 ? 1 : 0 }], quality: [:])
      )
    }
    try writer.finish()
  }

  private static let deepONet =
    #"{"type": "deeponet", "features": 6, "branch": {"type": "mlp", "hidden": [8]}, "trunk": {"hidden": [8]}}"#
  private static let podDeepONet =
    #"{"type": "pod-deeponet", "modes": 3, "branch": {"type": "mlp", "hidden": [8]}}"#

  private func trained(
    _ path: String, mask: String?, loss: String = "relativeL2", model: String = Self.deepONet,
    normalization: Normalizer.Kind = .none
  ) throws -> (bits: [Double], error: Double) {
    let reader = ConfigReader(
      try ConfigDocument.parse(
        """
        {"model": \(model),
         "training": {"epochs": 3, "batch": 4, "loss": "\(loss)", "optimizer": {"type": "adam", "learningRate": 0.01}}}
        """, source: "test.json"))
    let recipe = try ModelRegistry.read("model", from: reader)
    let configuration = try TrainingConfiguration(from: reader.section("training", doc: ""))
    let data = try LearningData(
      DataConfiguration(
        path: path, train: 8, test: 4, reading: ReadingOptions(mask: mask), outputNormalization: normalization
      ))
    let builder = ParameterBuilder()
    let model = try recipe.build(data.signature, builder)
    let table = try data.table(data.train)
    let task = try OperatorTask(
      model: model, derivations: builder.derivations, fittingNormalizersTo: table, input: .none,
      output: normalization)
    let trainer = try Trainer(
      task, configuration, builder: builder, training: [table], seed: 0,
      pool: WorkerPool(workerCount: 1))
    for _ in 0..<3 { _ = try trainer.trainEpoch() }
    return (trainer.bits, trainer.evaluate(try data.table(data.test)).relativeL2)
  }

  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("opkit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  @Test(
    "what the data say outside of the domain changes neither weights, normalisers, bases nor errors; without a mask it does",
    arguments: [Normalizer.Kind.none, .channel, .pointwise], [Self.deepONet, Self.podDeepONet])
  func outside(normalization: Normalizer.Kind, model: String) throws {
    try inFolder { folder in
      let (zeros, sevens) = (folder + "/zeros.h5", folder + "/sevens.h5")
      try write(0, to: zeros)
      try write(7, to: sevens)
      for loss in ["relativeL2", "mse"] {
        func result(_ path: String, _ mask: String?) throws -> (bits: [Double], error: Double) {
          try trained(path, mask: mask, loss: loss, model: model, normalization: normalization)
        }
        let (a, b) = (try result(zeros, "mask"), try result(sevens, "mask"))
        #expect(a.bits == b.bits && a.error == b.error)
        let (c, d) = (try result(zeros, nil), try result(sevens, nil))
        #expect(c.bits != d.bits && c.error != d.error && c.error != a.error)
      }
    }
  }

  @Test(
    "values that are neither 0 nor 1 are no mask, and neither is a field of a mapping in time or of points")
  func refusals() throws {
    try inFolder { folder in
      let path = folder + "/zeros.h5"
      try write(0, to: path)
      let reader = try SampleReader(
        DatasetFile(path: path), mapping: .steady(inputs: ["a"], outputs: ["u"]),
        options: ReadingOptions(mask: "u"))
      #expect(throws: DatasetsError.self) { try reader.mask(0..<2) }
      #expect(throws: DatasetsError.self) {
        try SampleReader(
          DatasetFile(path: path), mapping: .points(inputs: ["a"], points: "a", outputs: ["u"]),
          options: ReadingOptions(mask: "mask"))
      }
    }
  }

  @Test("a mask that is no input clears outputs and leaves the model alone")
  func unseen() throws {
    try inFolder { folder in
      let path = folder + "/sevens.h5"
      try write(7, to: path)
      let reader = try SampleReader(
        DatasetFile(path: path), mapping: .steady(inputs: ["a"], outputs: ["u"]),
        options: ReadingOptions(mask: "mask"), precision: .float64)
      #expect(reader.signature.maskChannel == nil && reader.inputChannels == 1)
      let table = try SampleTable(reader, samples: 0..<3)
      for sample in 0..<3 {
        for point in 0..<Self.points where !Self.isInside(sample, point) {
          #expect(table.outputs[sample * Self.points + point] == 0)
        }
      }
      let mask = try #require(try reader.mask(0..<3))
      #expect(mask.share(ofSample: 1) == Double((2..<12).count) / Double(Self.points))
    }
  }
}
