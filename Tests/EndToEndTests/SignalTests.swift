import Foundation
import Testing

@Suite("Signals and broken streams")
struct SignalTests {
  /// A run that is stopped after its first line on standard error, which says that work has begun.
  private func startedRun(_ scratch: Scratch, config: String) throws -> Binary.Run {
    try scratch.write(config, to: "c.json")
    let run = try Binary.Run(["generate", "c.json", "-o", "x.h5"], in: scratch)
    try #require(run.advance { !run.errorText.isEmpty })
    return run
  }

  @Test(
    "the first signal stops cleanly with status 75 and leaves nothing", arguments: [SIGINT, SIGTERM, SIGUSR1])
  func first(signal: Int32) throws {
    let scratch = try Scratch()
    let run = try startedRun(scratch, config: #"{"problem": "burgers", "samples": 1000000}"#)
    kill(run.process.processIdentifier, signal)
    run.resume()
    let outcome = try run.finish()
    #expect(outcome.status == 75)
    #expect(outcome.error.contains("\nstopping when what is under way is done"))
    #expect(outcome.error.contains("nothing was written"))
    #expect(outcome.output == "")
    #expect(scratch.contents == ["c.json"])
  }

  @Test("a second signal exits at once, and no file has the output's name", arguments: [SIGINT, SIGTERM])
  func second(signal: Int32) throws {
    let scratch = try Scratch()
    // One sample of this computes for seconds; after a third of one it is well inside.
    let run = try startedRun(
      scratch, config: #"{"problem": {"type": "darcy", "points": 2049, "solvePoints": 2049}, "samples": 4}"#)
    let atStart = run.processorSeconds
    try #require(run.advance { run.processorSeconds > atStart + 0.3 })
    kill(run.process.processIdentifier, signal)
    try #require(run.advance { !run.hasPendingSignal })
    kill(run.process.processIdentifier, signal)
    run.resume()
    #expect(try run.finish().status == 128 + signal)
    #expect(!scratch.contents.contains("x.h5"))
  }

  @Test("a reader that goes away is no error, a full disk is one")
  func streams() throws {
    let scratch = try Scratch()
    func shell(_ command: String) throws -> (status: Int32, error: String) {
      let process = Process()
      let errors = Pipe()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["-c", command]
      process.currentDirectoryURL = scratch.url
      process.standardError = errors
      try process.run()
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationStatus, text)
    }
    let opkit = Binary.url.path
    let gone = try shell("set -o pipefail; { sleep 0.2; '\(opkit)' schema; } | true")
    #expect(gone.status == 0 && gone.error == "")
    let full = try shell("'\(opkit)' list > /dev/full")
    #expect(full.status == 4)
    #expect(full.error.hasPrefix("error[output.write]: cannot write to standard output"))
  }
}
