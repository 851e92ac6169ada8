import Diagnostics
import Tensors
import Testing
import Training

private let adam =
  #"{"epochs": 6, "batch": 5, "optimizer": {"type": "adam", "learningRate": 0.01}, "schedule": {"type": "cosine"}}"#

@Suite("Training") struct TrainerTests {
  @Test("lowers the loss by far on a problem it can represent")
  func learns() throws {
    let problem = try SyntheticProblem()
    let training =
      #"{"epochs": 60, "batch": 4, "optimizer": {"type": "adam", "learningRate": 0.01}, "schedule": "cosine"}"#
    let (trainer, data, _) = try problem.trainer(training: training)
    let first = try #require(try trainer.trainEpoch())
    for _ in 1..<60 { _ = try trainer.trainEpoch() }
    #expect(trainer.progress.trainingLoss < 0.05 * first)
    let test = try data.table(data.test)
    #expect(trainer.evaluate(test).relativeL2 < 0.2)
  }

  @Test("gives the same bits with any number of threads", arguments: [2, 3, 4])
  func threads(_ count: Int) throws {
    let problem = try SyntheticProblem()
    let one = try problem.trainer(training: adam, threads: 1).trainer
    let many = try problem.trainer(training: adam, threads: count).trainer
    for _ in 0..<3 {
      let a = try one.trainEpoch()
      let b = try many.trainEpoch()
      #expect(a == b)
    }
    #expect(one.bits == many.bits)
  }

  @Test("depends on the seed")
  func seeds() throws {
    let problem = try SyntheticProblem()
    let a = try problem.trainer(training: adam, seed: 0).trainer
    let b = try problem.trainer(training: adam, seed: 1).trainer
    #expect(a.bits != b.bits)
  }

  @Test("in smaller passes gives the same gradients up to rounding")
  func passes() throws {
    let problem = try SyntheticProblem()
    let whole = try problem.trainer(training: #"{"batch": 16, "lanes": 2, "precision": "float64"}"#).trainer
    let parts = try problem.trainer(
      training: #"{"batch": 16, "lanes": 2, "samplesPerPass": 3, "precision": "float64"}"#
    ).trainer
    let a = try #require(try whole.trainEpoch())
    let b = try #require(try parts.trainEpoch())
    #expect(abs(a - b) < 1e-12)
    let worst = zip(whole.bits, parts.bits).map { abs($0 - $1) }.max() ?? 1
    // One step of Adam at 1e-3 turns a relative rounding of the gradient into at most as much of the step.
    #expect(worst < 1e-9)
  }

  @Test("clips the gradient, averages weights and trains in double precision")
  func options() throws {
    let problem = try SyntheticProblem()
    let training = """
      {"epochs": 3, "batch": 6, "gradientClip": 0.1, "averageDecay": 0.9, "precision": "float64",
       "lossReduction": "sum", "lossSpace": "normalized", "loss": {"type": "relativeH1"},
       "optimizer": {"type": "adamw", "learningRate": 0.01}}
      """
    let (trainer, _, table) = try problem.trainer(training: training)
    let before = trainer.evaluate(table).loss
    for _ in 0..<3 { _ = try trainer.trainEpoch() }
    #expect(trainer.evaluate(table).loss < before)
    #expect(trainer.resultWeights.doubles != trainer.bits)
  }

  @Test("stops at a number that is not finite, says where, and leaves the checkpoint alone")
  func nonFinite() throws {
    let problem = try SyntheticProblem()
    let training = #"{"epochs": 40, "batch": 4, "optimizer": {"type": "sgd", "learningRate": 1000}}"#
    let parts = try problem.trainer(training: training)
    let run = try problem.run("diverging", parts)
    let error = #expect(throws: TrainingError.self) { () throws -> Void in
      _ = try run.train(stop: .never, budget: nil, started: now(), progress: silentProgress())
    }
    guard case .nonFinite(let epoch, let step, let what, let rate) = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect(epoch >= 1 && step >= 1 && rate == 1000 && !what.isEmpty)
    #expect(error?.diagnostic.exitCode == .numericalFailure)
    let restored = try CheckpointFile(path: run.directory.lastCheckpoint)
    try restored.read(group: "model", parameters: parts.trainer.parameters, into: parts.trainer.values)
    #expect(parts.trainer.bits.allSatisfy { $0.isFinite })
  }

  @Test("of time windows goes through the whole roll-out, or single steps")
  func rollouts() throws {
    let problem = try SyntheticProblem(samples: 12, steps: 6)
    for mode in ["full", "oneStep"] {
      let training = """
        {"epochs": 30, "batch": 4, "rollout": "\(mode)", "optimizer": {"type": "adam", "learningRate": 0.01}}
        """
      let (trainer, _, table) = try problem.trainer(training: training, train: 8)
      #expect(trainer.itemsPerEpoch == (mode == "full" ? 8 : 32))
      let before = trainer.evaluate(table).relativeL2
      for _ in 0..<30 { _ = try trainer.trainEpoch() }
      #expect(trainer.evaluate(table).relativeL2 < 0.5 * before, "\(mode)")
    }
  }

  @Test("refuses what cannot be trained")
  func refusals() throws {
    let problem = try SyntheticProblem()
    #expect(throws: TrainingError.batchExceedsSamples(batch: 17, samples: 16)) {
      try problem.trainer(training: #"{"batch": 17}"#)
    }
    #expect(throws: TrainingError.earlyStoppingWithoutValidation) {
      try problem.trainer(training: #"{"batch": 4, "earlyStopping": {}}"#)
    }
    #expect(throws: TrainingError.rolloutWithoutWindow) {
      try problem.trainer(training: #"{"batch": 4, "rollout": "oneStep"}"#)
    }
  }
}
