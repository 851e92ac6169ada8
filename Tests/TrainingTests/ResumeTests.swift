import Configuration
import Diagnostics
import Foundation
import Synchronization
import Testing
import Training

@Suite("A continued run") struct ResumeTests {
  private static let training = """
    {"epochs": 5, "batch": 5, "averageDecay": 0.9, "optimizer": {"type": "adam", "learningRate": 0.01},
     "schedule": {"type": "oneCycle"}}
    """

  /// 16 samples in batches of 5 are 4 updates an epoch: cuts within, at the end and at the start of epochs.
  @Test("has the bits of one that was never interrupted", arguments: [1, 2, 4, 5, 7, 11, 16, 19])
  func continues(afterUpdates cut: Int) throws {
    let problem = try SyntheticProblem()
    let whole = try problem.trainer(training: ResumeTests.training, validation: 3)
    let outcome = try problem.run("whole", whole).train(
      stop: .never, budget: nil, started: now(), progress: silentProgress())
    #expect(outcome == .finished)

    let polls = Counter()
    let first = try problem.trainer(training: ResumeTests.training, validation: 3)
    let interrupted = try problem.run("parts", first).train(
      stop: StopRequest { polls.next() > cut }, budget: nil, started: now(), progress: silentProgress())
    #expect(interrupted == .interrupted)
    #expect(first.trainer.progress.step == cut)

    let second = try problem.trainer(training: ResumeTests.training, validation: 3, threads: 2)
    let run = try problem.run("parts", second)
    try run.resume()
    #expect(second.trainer.progress.step == cut)
    #expect(try run.train(stop: .never, budget: nil, started: now(), progress: silentProgress()) == .finished)

    #expect(second.trainer.bits == whole.trainer.bits)
    #expect(second.trainer.resultWeights.doubles == whole.trainer.resultWeights.doubles)
    #expect(second.trainer.progress.bestEpoch == whole.trainer.progress.bestEpoch)
    let path = problem.folder.appendingPathComponent("whole").path
    for key in ["trainingLoss", "learningRate"] {
      let values = run.directory.metrics(upTo: 5).map { $0[key] }
      #expect(values == RunDirectoryReader.metrics(path, key) && values.count == 5, "\(key)")
    }
  }

  @Test("stops early by validation alone, and out of time resumably")
  func stops() throws {
    let problem = try SyntheticProblem()
    let training = """
      {"epochs": 400, "batch": 4, "optimizer": {"type": "adam", "learningRate": 0.05},
       "earlyStopping": {"patience": 3}}
      """
    let parts = try problem.trainer(training: training, validation: 3)
    let outcome = try problem.run("early", parts).train(
      stop: .never, budget: nil, started: now(), progress: silentProgress())
    #expect(outcome == .stoppedEarly)
    #expect(parts.trainer.progress.epoch == parts.trainer.progress.bestEpoch + 3)

    // Continuing a run that ended does nothing more.
    let again = try problem.trainer(training: training, validation: 3)
    let ended = try problem.run("early", again)
    try ended.resume()
    let outcomeAgain = try ended.train(stop: .never, budget: nil, started: now(), progress: silentProgress())
    #expect(outcomeAgain == .stoppedEarly)
    #expect(again.trainer.progress.step == parts.trainer.progress.step)

    // Between reports nothing is judged: patience that is shorter than the time to the first one waits for it.
    let thin = try problem.trainer(
      training: """
        {"epochs": 400, "batch": 4, "optimizer": {"type": "adam", "learningRate": 0.05}, "reportEvery": 10,
         "earlyStopping": {"patience": 3}}
        """, validation: 3)
    let thinOutcome = try problem.run("thin", thin).train(
      stop: .never, budget: nil, started: now(), progress: silentProgress())
    #expect(thinOutcome == .stoppedEarly)
    #expect(thin.trainer.progress.bestEpoch >= 10 && thin.trainer.progress.epoch % 10 == 0)

    let slow = try problem.trainer(training: #"{"epochs": 1000000, "batch": 4}"#)
    let timed = try problem.run("timed", slow).train(
      stop: .never, budget: 0.4, started: now(), progress: silentProgress())
    #expect(timed == .interrupted)
  }

  @Test("cannot share its directory")
  func locks() throws {
    let problem = try SyntheticProblem()
    let path = problem.folder.appendingPathComponent("locked").path
    let first = try RunDirectory(path: path)
    #expect(throws: TrainingError.self) { try RunDirectory(path: path) }
    withExtendedLifetime(first) {}
  }
}

/// Counts how often it was asked.
private final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}

private enum RunDirectoryReader {
  static func metrics(_ path: String, _ key: String) -> [JSONValue?] {
    let text = (try? String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { try? JSONValue.parse(String($0), source: path)[key] }
  }
}
