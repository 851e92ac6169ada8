import Diagnostics
import Testing

@Suite("Diagnostics")
struct DiagnosticTests {
  @Test("a diagnostic is four lines, and leaves out what it does not know")
  func rendering() {
    var diagnostic = Diagnostic(
      "config.range", exit: .usage, "width = 0 is out of range", at: "c.json:1:2: width",
      why: "hidden channels",
      fix: "set width to 1 or more")
    #expect(
      diagnostic.description == """
        error[config.range]: width = 0 is out of range
          at    c.json:1:2: width
          why   hidden channels
          fix   set width to 1 or more
        """)
    diagnostic.location = nil
    diagnostic.fix = nil
    #expect(
      diagnostic.description == """
        error[config.range]: width = 0 is out of range
          why   hidden channels
        """)
  }

  @Test("exit statuses are the documented ones")
  func exitCodes() {
    #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 70, 75])
  }

  @Test(
    "a near name is suggested and a far one is not",
    arguments: [
      ("epohcs", "epochs"), ("modess", "modes"), ("Width", "width"), ("learningRat", "learningRate"),
      ("gpu", nil), ("x", nil), ("wdth", "width"),
    ])
  func suggestion(word: String, expected: String?) {
    let known = ["epochs", "modes", "width", "learningRate", "l2"]
    #expect(nearestName(to: word, among: known) == expected)
  }

  @Test(
    "durations read as clocks do",
    arguments: [
      (0, "0:00"), (7.4, "0:07"), (750, "12:30"), (11_100, "3:05:00"), (.infinity, "?"), (-1, "0:00"),
    ] as [(Double, String)])
  func durations(seconds: Double, expected: String) {
    #expect(durationText(seconds) == expected)
  }
}
