import Foundation
import Testing

@Suite("Interrupted and divided generation")
struct ResumeTests {
  /// Half a second of work in many samples, so that an interruption falls between them.
  private static let config = """
    {"problem": {"type": "darcy", "points": 15, "solvePoints": 113, "tolerance": 1e-12}, "samples": 120}
    """

  private func scratch() throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write(ResumeTests.config, to: "c.json")
    return scratch
  }

  private func size(_ name: String, in scratch: Scratch) -> Int {
    (try? scratch.data(name).count) ?? 0
  }

  @Test("a run that was ended in any way continues to the same bytes", arguments: [SIGKILL, SIGTERM])
  func resume(signal: Int32) throws {
    let scratch = try scratch()
    #expect(try Binary.run(["generate", "c.json", "-o", "whole.h5"], in: scratch).status == 0)

    let command = ["generate", "c.json", "-o", "x.h5", "--resume", "--threads", "2"]
    let run = try Binary.Run(command, in: scratch)
    let record = 2 * 15 * 15 * 4 + 3 * 8 + 16
    try #require(run.advance { size("x.h5.progress", in: scratch) >= 10 * record })
    kill(run.process.processIdentifier, signal)
    run.resume()
    #expect(try run.finish().status == (signal == SIGKILL ? 128 + SIGKILL : 75))
    #expect(!scratch.contents.contains("x.h5"))
    // A record that was torn by the death.
    let file = try FileHandle(forWritingTo: scratch.url.appendingPathComponent("x.h5.progress"))
    try file.seekToEnd()
    try file.write(contentsOf: Data(repeating: 7, count: record / 2))
    try file.close()

    let outcome = try Binary.run(command, in: scratch)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.error.contains("continuing with "))
    #expect(try scratch.data("x.h5") == scratch.data("whole.h5"))
    #expect(scratch.contents == ["c.json", "whole.h5", "x.h5"])
  }

  @Test("progress of other settings is refused and kept")
  func foreign() throws {
    let scratch = try scratch()
    let command = ["generate", "c.json", "-o", "x.h5", "--resume"]
    try scratch.write("opkit-journal-1\n" + String(repeating: "0", count: 80), to: "x.h5.progress")
    let outcome = try Binary.run(command, in: scratch)
    #expect(outcome.status == 4)
    #expect(outcome.error.contains("holds the progress of other work"))
    #expect(scratch.contents == ["c.json", "x.h5.progress"])
  }

  @Test("shards hold the samples of the whole file, and say which")
  func range() throws {
    let scratch = try scratch()
    let small = ["--set", "samples=7"]
    _ = try Binary.run(["generate", "c.json", "-o", "whole.h5"] + small, in: scratch)
    var joined: [UInt64] = []
    var numbers: [UInt64] = []
    for (name, range) in [("a", "0:3"), ("b", "3:7")] {
      let command = ["generate", "c.json", "-o", "\(name).h5", "--range", range] + small
      let outcome = try Binary.run(command, in: scratch)
      #expect(outcome.status == 0, "\(outcome.error)")
      joined += try scratch.bits("solution", of: "\(name).h5")
      numbers += try scratch.bits("sample", of: "\(name).h5")
    }
    #expect(try joined == scratch.bits("solution", of: "whole.h5"))
    #expect(try numbers == scratch.bits("sample", of: "whole.h5"))
  }

  @Test("a range that is none is refused", arguments: ["3", "5:5", "-1:4", "0:121", "a:b", "1:2:3"])
  func badRange(_ text: String) throws {
    let scratch = try scratch()
    let outcome = try Binary.run(["generate", "c.json", "-o", "x.h5", "--range=\(text)"], in: scratch)
    #expect(outcome.status == 2)
    #expect(outcome.error.contains("is no range of samples"))
    #expect(scratch.contents == ["c.json"])
  }
}
