import Diagnostics
import Synchronization
import Testing

/// A console whose text and clock a test holds in its hands.
private final class Recorder: Sendable {
  private let text = Mutex("")
  private let time = Mutex(0.0)

  func console(live: Bool, colour: Bool = false, quiet: Bool = false, columns: Int = 200) -> Console {
    Console(
      quiet: quiet, style: .init(isLive: live, hasColour: colour, columns: columns),
      outlets: .init(
        error: { [self] piece in text.withLock { $0 += piece } },
        clock: { [self] in time.withLock { $0 } }))
  }

  func advance(_ seconds: Double) { time.withLock { $0 += seconds } }

  var written: String { text.withLock { $0 } }
  var lines: [String] { written.split(separator: "\n").map(String.init) }
}

@Suite("Console and progress")
struct ConsoleTests {
  @Test("without a terminal: first and last line, one every 30 s between, no control bytes")
  func plain() {
    let recorder = Recorder()
    let progress = recorder.console(live: false).progress("generate", total: 1000, unit: "samples")
    for done in 0...1000 {
      progress.update(done, detail: "residual \(done)")
      recorder.advance(0.1)
    }
    progress.finish()
    #expect(recorder.lines.count == 5)
    #expect(recorder.lines[0] == "generate  0/1000 samples  0 %  0:00 elapsed  residual 0")
    #expect(recorder.lines[1] == "generate  300/1000 samples  30 %  10.0 samples/s  ETA 1:10  residual 300")
    #expect(recorder.lines[4] == "generate  1000/1000 samples  100 %  9.99 samples/s  1:40 elapsed")
    #expect(recorder.written.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
  }

  @Test("on a terminal: at most ten redraws a second, cut to the width, then a line that stays")
  func live() {
    let recorder = Recorder()
    let progress = recorder.console(live: true, columns: 40).progress("train", total: 100, unit: "epochs")
    for done in 0..<1000 {
      progress.update(done / 10, detail: String(repeating: "x", count: 100))
      recorder.advance(0.01)
    }
    progress.finish(detail: "loss 1e-3")
    let redraws = recorder.written.split(separator: "\r").dropLast()
    #expect((90...101).contains(redraws.count))
    #expect(redraws.allSatisfy { $0.hasSuffix("\u{1B}[K") && $0.count <= 39 + 3 })
    #expect(recorder.written.hasSuffix("loss 1e-3\n"))
  }

  @Test("a log line replaces the live line instead of running into it")
  func logBesideLive() {
    let recorder = Recorder()
    let console = recorder.console(live: true)
    console.progress("train", total: 2, unit: "epochs").update(1)
    console.warn("careful")
    console.warn("again")
    #expect(recorder.written.hasSuffix("\r\u{1B}[Kwarning: careful\nwarning: again\n"))
  }

  @Test("the rate of a continued job counts only what was done since")
  func continued() {
    let recorder = Recorder()
    let console = recorder.console(live: false)
    let progress = console.progress("train", total: 500, unit: "epochs", startingAt: 400)
    recorder.advance(10)
    progress.update(420)
    #expect(recorder.lines == ["train  420/500 epochs  84 %  2.0 epochs/s  ETA 0:40"])
  }

  @Test("quiet silences notes and progress, never warnings and errors")
  func quiet() {
    let recorder = Recorder()
    let console = recorder.console(live: false, quiet: true)
    let progress = console.progress("train", total: 2, unit: "epochs")
    progress.update(1)
    progress.finish()
    console.note("nothing to see")
    console.warn("careful")
    console.report(Diagnostic("x.y", exit: .usage, "no"))
    #expect(recorder.written == "warning: careful\nerror[x.y]: no\n")
  }

  @Test("colour marks the words warning and error only")
  func colour() {
    let recorder = Recorder()
    let console = recorder.console(live: true, colour: true)
    console.warn("careful")
    console.report(Diagnostic("x.y", exit: .usage, "no", fix: "do"))
    #expect(
      recorder.written
        == "\u{1B}[1;33mwarning\u{1B}[0m: careful\n\u{1B}[1;31merror[x.y]\u{1B}[0m: no\n  fix   do\n")
  }

  @Test("a stop request answers as its poll does")
  func stop() {
    #expect(!StopRequest.never.isRequested)
    #expect(StopRequest { true }.isRequested)
  }
}
