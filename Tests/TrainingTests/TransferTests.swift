import Autodiff
import Diagnostics
import Fields
import Tensors
import Testing
import Training

@Suite("Transfer and weights that are not trained") struct TransferTests {
  private static let model = """
    {"type": "deeponet", "features": 8, "branch": {"type": "mlp", "hidden": [8]}, "trunk": {"hidden": [8]}}
    """

  private func training(_ freeze: String) -> String {
    "{\"epochs\": 3, \"batch\": 4, \"freeze\": [\(freeze)]}"
  }

  @Test("frozen layers keep their bits, all others move")
  func freeze() throws {
    let problem = try SyntheticProblem()
    let trainer = try problem.trainer(model: Self.model, training: training(#""trunk", "branch.0.weight""#))
      .trainer
    let before = trainer.bits
    for _ in 0..<3 { _ = try trainer.trainEpoch() }
    for parameter in trainer.parameters {
      let isFrozen = parameter.name.hasPrefix("trunk.") || parameter.name == "branch.0.weight"
      #expect(
        (Array(before[parameter.range]) == Array(trainer.bits[parameter.range])) == isFrozen,
        "\(parameter.name)")
    }
  }

  @Test("refuses names that no parameter has, and having nothing to train")
  func refusals() throws {
    let problem = try SyntheticProblem()
    for text in [#""trunc""#, #""trun""#, #""trunk", "branch", "bias""#] {
      #expect(throws: TrainingError.self) {
        _ = try problem.trainer(model: Self.model, training: training(text))
      }
    }
  }

  @Test("a basis comes from the training samples, is not trained, and is saved")
  func basis() throws {
    let problem = try SyntheticProblem()
    let model = #"{"type": "pod-deeponet", "modes": 4, "branch": {"type": "mlp", "hidden": [8]}}"#
    let parts = try problem.trainer(model: model, training: #"{"epochs": 2, "batch": 4}"#)
    let basis = try #require(parts.trainer.parameters.first { $0.name == "basis" })
    let before = Array(parts.trainer.bits[basis.range])
    #expect(before.contains { $0 != 0 })
    let run = try problem.run("run", parts)
    _ = try run.train(stop: .never, budget: nil, started: now(), progress: silentProgress())
    #expect(Array(parts.trainer.bits[basis.range]) == before)
    let other = try problem.trainer(model: model, training: #"{"epochs": 2, "batch": 4}"#, train: 12)
    #expect(Array(other.trainer.bits[basis.range]) != before)
    try other.trainer.initialize(from: CheckpointFile(path: run.directory.lastCheckpoint))
    #expect(other.trainer.bits == parts.trainer.bits)
  }

  @Test("metrics are thinned, and the last epoch is always among them")
  func reporting() throws {
    let problem = try SyntheticProblem()
    let parts = try problem.trainer(
      model: Self.model, training: #"{"epochs": 7, "batch": 16, "reportEvery": 3}"#)
    let run = try problem.run("run", parts)
    _ = try run.train(stop: .never, budget: nil, started: now(), progress: silentProgress())
    #expect(run.directory.metrics(upTo: 7).compactMap { $0["epoch"]?.intValue } == [3, 6, 7])
  }
}
