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

  private func trained(_ path: String, mask: String?) throws -> (bits: [Double], error: Double) {
    let reader = ConfigReader(
      try ConfigDocument.parse(
        """
        {"model": {"type": "deeponet", "features": 6, "branch": {"type": "mlp", "hidden": [8]}, "trunk": {"hidden": [8]}},
         "training": {"epochs": 3, "batch": 4, "optimizer": {"type": "adam", "learningRate": 0.01}}}
        """, source: "test.json"))
    let recipe = try ModelRegistry.read("model", from: reader)
    let configuration = try TrainingConfiguration(from: reader.section("training", doc: ""))
    let data = try LearningData(
      DataConfiguration(
        path: path, train: 8, test: 4, reading: ReadingOptions(mask: mask), outputNormalization: .none))
    let builder = ParameterBuilder()
    let model = try recipe.build(data.signature, builder)
    let table = try data.table(data.train)
    let task = try OperatorTask(
      model: model, derivations: builder.derivations, fittingNormalizersTo: table, input: .none, output: .none
    )
    let trainer = try Trainer(
      task, configuration, builder: builder, training: [table], seed: 0,
      pool: WorkerPool(workerCount: 1))
    for _ in 0..<3 { _ = try trainer.trainEpoch() }
    return (trainer.bits, trainer.evaluate(try data.table(data.test)).relativeL2)
  }

  @Test("what the data say outside of the domain changes neither weights nor errors; without a mask it does")
  func outside() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("opkit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (zeros, sevens) = (folder.path + "/zeros.h5", folder.path + "/sevens.h5")
    try write(0, to: zeros)
    try write(7, to: sevens)
    let (a, b) = (try trained(zeros, mask: "mask"), try trained(sevens, mask: "mask"))
    #expect(a.bits == b.bits && a.error == b.error)
    let (c, d) = (try trained(zeros, mask: nil), try trained(sevens, mask: nil))
    #expect(c.bits != d.bits && c.error != d.error && c.error != a.error)
  }
}
