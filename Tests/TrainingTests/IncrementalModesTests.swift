import Configuration
import Datasets
import Diagnostics
import Foundation
import Layers
import Synchronization
import Tensors
import TestSupport
import Testing
import Training

@Suite("Incremental modes") struct IncrementalModesTests {
  private static let model = #"{"type": "fno", "modes": 12, "width": 6, "layers": 2}"#

  private func growth(_ text: String) throws -> ModeGrowth {
    let reader = ConfigReader(try ConfigDocument.parse("{\"incrementalModes\": \(text)}", source: "t.json"))
    return try #require(try TrainingConfiguration(from: reader).modeGrowth)
  }

  private func training(_ growth: String, more: String = "") -> String {
    """
    {"epochs": 5, "batch": 5, \(more)"optimizer": {"type": "adam", "learningRate": 0.01, "weightDecay": 0.1},
     "incrementalModes": \(growth)}
    """
  }

  @Test("grow by the loss gap when two epochs' losses differ by no more than it")
  func lossGap() throws {
    let growth = try growth(#"{"rule": {"type": "lossGap", "smallest": 0.25}}"#)
    #expect(growth.start == [4] && growth.step == 2)
    #expect(growth.grows(loss: 1, before: 1.25))
    #expect(growth.grows(loss: 1.25, before: 1))
    #expect(!growth.grows(loss: 1, before: 1.26))
    #expect(!growth.grows(loss: 2, before: 1))
    #expect(!growth.grows(loss: 1, before: .nan), "the first epoch has none before it")
    #expect(!growth.grows(strengths: [0, 0, 1]), "the other rule's business")
  }

  @Test("grow by the explained gradient when the frequencies below the buffer have too little of it")
  func explainedGradient() throws {
    let growth = try growth(
      #"{"rule": {"type": "explainedGradient", "explained": 0.9, "buffer": 2, "updates": 4}}"#)
    // Of 10, the frequencies below the two of the buffer have 9: enough. Then 8.9 of 10.
    #expect(!growth.grows(strengths: [5, 4, 0.75, 0.25]))
    #expect(growth.grows(strengths: [5, 3.9, 0.75, 0.35]))
    #expect(!growth.grows(strengths: [0, 0, 0]), "no gradient asks for nothing")
    #expect(growth.grows(strengths: [1, 1]), "two frequencies are buffer alone")
    #expect(!growth.grows(loss: 1, before: 1))
  }

  @Test(
    "in use from the start are an ordinary run, to the bit",
    arguments: ["lossGap", #"{"type": "explainedGradient", "updates": 2}"#], ["", #""gradientClip": 0.5, "#])
  func all(rule: String, more: String) throws {
    let problem = try SyntheticProblem()
    let rule = rule.hasPrefix("{") ? rule : "\"\(rule)\""
    let options = more + #""averageDecay": 0.9, "schedule": "cosine", "#
    let ordinary = try problem.trainer(
      model: IncrementalModesTests.model, training: training("null", more: options)
    ).trainer
    let text = training("{\"start\": 12, \"rule\": \(rule)}", more: options)
    let incremental = try problem.trainer(model: IncrementalModesTests.model, training: text).trainer
    #expect(ordinary.progress.modes == nil && incremental.progress.modes == [12])
    for _ in 0..<3 { #expect(try ordinary.trainEpoch() == incremental.trainEpoch()) }
    #expect(ordinary.bits == incremental.bits)
    #expect(ordinary.resultWeights.doubles == incremental.resultWeights.doubles)
  }

  /// Sizes of the spectral weights' parts that are not zero, in modes of the one axis: 0 … ⌊m/2⌋.
  private func usedFrequencies(_ trainer: Trainer) -> [Int] {
    trainer.parameters.filter { $0.name.hasSuffix("spectral.weight") }.map { weight in
      let block = weight.count / weight.shape[0]
      return (0..<weight.shape[0]).filter { index in
        (0..<block).contains { trainer.values[weight.offset + index * block + $0] != 0 }
      }.count
    }
  }

  @Test("that are not in use stay zero, decay or not, and start at their initial values", arguments: [1, 2])
  func growing(threads: Int) throws {
    let problem = try SyntheticProblem()
    let text = training(#"{"start": 4, "step": 4, "rule": {"type": "lossGap", "smallest": 1e9}}"#)
    let trainer = try problem.trainer(model: IncrementalModesTests.model, training: text, threads: threads)
      .trainer
    #expect(usedFrequencies(trainer) == [3, 3])
    _ = try trainer.trainEpoch()
    #expect(trainer.progress.modes == [4] && usedFrequencies(trainer) == [3, 3])
    // The second epoch ends with a loss to compare; what it takes in has not been trained yet.
    _ = try trainer.trainEpoch()
    #expect(trainer.progress.modes == [8] && usedFrequencies(trainer) == [5, 5])
    for weight in trainer.parameters where weight.name.hasSuffix("spectral.weight") {
      let initial = HostBuffer(count: trainer.values.count, precision: .float32)
      weight.initialize(initial, seed: 0)
      let block = weight.count / weight.shape[0]
      for index in 3..<5 {
        for i in 0..<block {
          let place = weight.offset + index * block + i
          #expect(trainer.values[place] == initial[place])
        }
      }
      #expect((0..<block).allSatisfy { trainer.values[weight.offset + $0] != initial[weight.offset + $0] })
    }
    _ = try trainer.trainEpoch()
    #expect(trainer.progress.modes == [12] && usedFrequencies(trainer) == [7, 7])
    _ = try trainer.trainEpoch()
    #expect(trainer.progress.modes == [12])
  }

  @Test("follow the gradient: taken in where data need them, left out where they do not")
  func data() throws {
    // The data have frequencies up to 3, their image up to 6.
    let problem = try SyntheticProblem()
    let rule =
      #""step": 2, "rule": {"type": "explainedGradient", "explained": 0.999, "buffer": 1, "updates": 4}"#
    let model = #"{"type": "fno", "modes": 32, "width": 6, "layers": 2}"#
    let narrow = try problem.trainer(model: model, training: training("{\"start\": 4, \(rule)}")).trainer
    let wide = try problem.trainer(model: model, training: training("{\"start\": 26, \(rule)}")).trainer
    for trainer in [narrow, wide] { for _ in 0..<2 { _ = try trainer.trainEpoch() } }
    #expect(try #require(narrow.progress.modes)[0] > 4)
    #expect(wide.progress.modes == [26])
  }

  @Test("never change, and always, at the ends of the rule", arguments: [(0.0, 4), (1.0, 8)])
  func extremes(explained: Double, modes: Int) throws {
    let problem = try SyntheticProblem()
    let text = training(
      "{\"start\": 4, \"rule\": {\"type\": \"explainedGradient\", \"explained\": \(explained), \"updates\": 3}}"
    )
    let trainer = try problem.trainer(model: IncrementalModesTests.model, training: text).trainer
    // Eight updates: the sum is looked at twice.
    for _ in 0..<2 { _ = try trainer.trainEpoch() }
    #expect(trainer.progress.modes == [modes])
  }

  @Test(
    "continue to the same bits, wherever a run was cut, on any number of threads",
    arguments: [1, 4, 5, 6, 9, 14],
    [
      #"{"start": 2, "rule": {"type": "lossGap", "smallest": 1e9}}"#,
      #"{"start": 2, "rule": {"type": "explainedGradient", "explained": 0.999, "updates": 3}}"#,
    ])
  func continues(afterUpdates cut: Int, growth: String) throws {
    let problem = try SyntheticProblem()
    func parts(_ threads: Int) throws -> (trainer: Trainer, data: LearningData, table: SampleTable) {
      try problem.trainer(
        model: IncrementalModesTests.model, training: training(growth, more: #""averageDecay": 0.9, "#),
        validation: 3, strides: [1, 2], threads: threads)
    }
    let whole = try parts(1)
    _ = try problem.run("whole", whole).train(
      stop: .never, budget: nil, started: now(), progress: silentProgress())
    let polls = Atomic<Int>(0)
    let first = try parts(2)
    _ = try problem.run("parts", first).train(
      stop: StopRequest { polls.add(1, ordering: .relaxed).newValue > cut }, budget: nil, started: now(),
      progress: silentProgress())
    #expect(first.trainer.progress.step == cut)
    let second = try parts(3)
    let run = try problem.run("parts", second)
    try run.resume()
    #expect(second.trainer.progress.modes == first.trainer.progress.modes)
    _ = try run.train(stop: .never, budget: nil, started: now(), progress: silentProgress())
    #expect(second.trainer.bits == whole.trainer.bits)
    #expect(second.trainer.resultWeights.doubles == whole.trainer.resultWeights.doubles)
    #expect(second.trainer.progress.modes == whole.trainer.progress.modes)
    #expect(try #require(whole.trainer.progress.modes)[0] > 2)
    #expect(run.directory.metrics(upTo: 5).allSatisfy { $0["modes"]?.arrayValue?.count == 1 })
  }

  @Test("are refused where a model has none that could grow, or fewer than the start")
  func refusals() throws {
    let problem = try SyntheticProblem()
    for model in [#"{"type": "tfno", "modes": 6, "width": 8, "layers": 2}"#, #"{"type": "deeponet"}"#] {
      #expect(throws: TrainingError.modesCannotGrow) {
        try problem.trainer(model: model, training: training(#"{"start": 2}"#))
      }
    }
    #expect(throws: TrainingError.startingModes(start: [14], modes: [12])) {
      try problem.trainer(model: IncrementalModesTests.model, training: training(#"{"start": 14}"#))
    }
    #expect(throws: TrainingError.startingModes(start: [4, 4], modes: [12])) {
      try problem.trainer(model: IncrementalModesTests.model, training: training(#"{"start": [4, 4]}"#))
    }
    for error in [TrainingError.modesCannotGrow, .startingModes(start: [14], modes: [12])] {
      #expect(
        error.diagnostic.location != nil && error.diagnostic.reason != nil && error.diagnostic.fix != nil)
    }
  }
}
