import CAllocationCount
import Datasets
import Diagnostics
import Layers
import Synchronization
import Testing
import Training

@Suite("Training on several grids") struct SeveralGridsTests {
  private static let training = """
    {"epochs": 4, "batch": 5, "averageDecay": 0.9, "optimizer": {"type": "adam", "learningRate": 0.01},
     "schedule": "cosine", "loss": "relativeH1"}
    """

  @Test("takes each grid once in as many updates as there are grids, across epochs too", arguments: 1...4)
  func turns(_ count: Int) {
    let turns = GridTurns(count: count, seed: 3)
    let all = turns.grids(from: 0, updates: 60)
    for turn in 0..<(60 / count) {
      #expect(Set(all[(turn * count)..<((turn + 1) * count)]) == Set(0..<count))
    }
    // Cut anywhere, the parts are the whole.
    for cut in [1, 7, 13] {
      #expect(turns.grids(from: 0, updates: cut) + turns.grids(from: cut, updates: 60 - cut) == all)
    }
    if count > 1 {
      #expect(GridTurns(count: count, seed: 4).grids(from: 0, updates: 60) != all)
      #expect(Set((0..<(60 / count)).map { Array(all[($0 * count)..<(($0 + 1) * count)]) }).count > 1)
    }
  }

  @Test("is training on one grid where there is one, to the bit")
  func one() throws {
    let problem = try SyntheticProblem()
    let plain = try problem.trainer(training: SeveralGridsTests.training).trainer
    let listed = try problem.trainer(training: SeveralGridsTests.training, strides: [1]).trainer
    let several = try problem.trainer(training: SeveralGridsTests.training, strides: [1, 2]).trainer
    for _ in 0..<3 {
      let loss = try plain.trainEpoch()
      #expect(try listed.trainEpoch() == loss)
      #expect(try several.trainEpoch() != loss)
    }
    #expect(plain.bits == listed.bits)
  }

  /// An update on a coarse grid is the update of a trainer that has this grid alone.
  @Test("does on each grid what training on that grid does")
  func updates() throws {
    let problem = try SyntheticProblem()
    let text = #"{"batch": 16, "loss": "relativeH1", "optimizer": {"type": "sgd", "learningRate": 0.1}}"#
    var met = Set<Int>()
    for seed in 0..<8 {
      // The first epoch is one update.
      let grid = GridTurns(count: 2, seed: UInt64(seed)).grids(from: 0, updates: 1)[0]
      met.insert(grid)
      let both = try problem.trainer(training: text, strides: [1, 2], seed: UInt64(seed)).trainer
      let alone = try problem.trainer(training: text, strides: [1, 2], only: grid, seed: UInt64(seed)).trainer
      let other = try problem.trainer(training: text, strides: [1, 2], only: 1 - grid, seed: UInt64(seed))
        .trainer
      #expect(try both.trainEpoch() == alone.trainEpoch())
      #expect(both.bits == alone.bits)
      #expect(try other.trainEpoch() != both.progress.trainingLoss)
    }
    #expect(met == [0, 1])
  }

  @Test("has the same bits with any number of threads, and when continued", arguments: [1, 3, 5, 10])
  func continues(afterUpdates cut: Int) throws {
    let problem = try SyntheticProblem()
    func parts(_ threads: Int) throws -> (
      trainer: Trainer, data: LearningData, table: SampleTable
    ) {
      try problem.trainer(
        training: SeveralGridsTests.training, validation: 3, strides: [1, 2, 4], threads: threads)
    }
    let whole = try parts(1)
    let run = try problem.run("whole", whole)
    _ = try run.train(stop: .never, budget: nil, started: now(), progress: silentProgress())
    let polls = Atomic<Int>(0)
    let first = try parts(3)
    let interrupted = try problem.run("parts", first).train(
      stop: StopRequest { polls.add(1, ordering: .relaxed).newValue > cut }, budget: nil, started: now(),
      progress: silentProgress())
    #expect(interrupted == .interrupted && first.trainer.progress.step == cut)
    let second = try parts(2)
    let continued = try problem.run("parts", second)
    try continued.resume()
    _ = try continued.train(stop: .never, budget: nil, started: now(), progress: silentProgress())
    #expect(second.trainer.bits == whole.trainer.bits)
    #expect(second.trainer.progress.bestLoss == whole.trainer.progress.bestLoss)

    let line = try #require(run.directory.metrics(upTo: 4).last)
    let grids = try #require(line["validationGrids"]?.arrayValue)
    #expect(grids.map { $0["grid"]?.arrayValue?.compactMap(\.intValue) } == [[32], [16], [8]])
    let losses = grids.compactMap { $0["loss"]?.doubleValue }
    let mean = try #require(line["validationLoss"]?.doubleValue)
    #expect(losses.count == 3 && Set(losses).count == 3 && abs(losses.reduce(0, +) / 3 - mean) < 1e-15)
  }

  @Test("allocates nothing in a warmed-up step", .enabled(if: allocation_count_is_available() == 1))
  func memory() throws {
    let trainer = try SyntheticProblem().trainer(training: #"{"batch": 4}"#, strides: [1, 2]).trainer
    _ = try trainer.trainEpoch()
    var counts: [Int] = []
    _ = try trainer.trainEpoch(report: { step, _ in
      if step > 1 { counts.append(allocation_count_end()) }
      allocation_count_begin()
    })
    _ = allocation_count_end()
    #expect(counts == [0, 0, 0])
  }

  @Test("is refused by models of one grid, and taken by all others", arguments: ModelConformanceTests.entries)
  func models(_ e: ModelConformanceTests.Entry) throws {
    let problem = try SyntheticProblem(samples: 12, points: 32)
    let text = #"{"epochs": 2, "batch": 4}"#
    do {
      let trainer = try problem.trainer(
        model: e.entry.card.smokeConfiguration, training: text, train: 8, strides: [1, 2]
      ).trainer
      for _ in 0..<2 { #expect(try #require(try trainer.trainEpoch()).isFinite) }
      #expect(!SeveralGridsTests.bound.contains(e.entry.card.identifier))
    } catch let error as ModelError {
      #expect(SeveralGridsTests.bound.contains(e.entry.card.identifier), "\(error)")
      #expect(error.diagnostic.exitCode == .usage && error.diagnostic.fix != nil)
    }
  }

  /// Models whose smoke configuration has a weight for every sensor.
  private static let bound = ["deeponet", "multionet", "pod-deeponet"]
}
