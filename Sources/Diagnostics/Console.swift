import Synchronization

/// The one voice of a command: results on standard output, everything else on standard error.
///
/// A console is made at the start of a command and handed to whatever reports; it keeps log lines and the
/// live progress line from overwriting each other. Safe to use from several threads.
public final class Console: Sendable {
  /// How standard error is written to.
  public struct Style: Sendable, Equatable {
    /// One live line that is redrawn, rather than a plain line now and then.
    public var isLive: Bool
    public var hasColour: Bool
    /// Longest live line in characters.
    public var columns: Int

    public init(isLive: Bool, hasColour: Bool, columns: Int = 80) {
      self.isLive = isLive
      self.hasColour = hasColour
      self.columns = columns
    }

    /// Live on a terminal outside CI; colour on a terminal unless `NO_COLOR` is set; neither where `TERM`
    /// is `dumb`.
    public static func detected() -> Style {
      let isTerminal = SystemStream.error.isTerminal && environment("TERM") != "dumb"
      return Style(
        isLive: isTerminal && environment("CI") == nil,
        hasColour: isTerminal && environment("NO_COLOR") == nil,
        columns: SystemStream.error.columns)
    }
  }

  /// Where the text goes and what time it is; replaced in tests.
  package struct Outlets: Sendable {
    package var error: @Sendable (String) -> Void
    /// Seconds on a clock that never goes back.
    package var clock: @Sendable () -> Double

    package init(error: @escaping @Sendable (String) -> Void, clock: @escaping @Sendable () -> Double) {
      self.error = error
      self.clock = clock
    }

    static var system: Outlets {
      let start = ContinuousClock.now
      return Outlets(
        error: { text in _ = SystemStream.error.write(text) },
        clock: { (ContinuousClock.now - start) / .seconds(1) })
    }
  }

  public let style: Style
  /// Whether notes and progress are left out; warnings and errors never are.
  public let isQuiet: Bool
  let outlets: Outlets
  private let hasLiveLine = Mutex(false)

  public convenience init(quiet: Bool = false, style: Style = .detected()) {
    self.init(quiet: quiet, style: style, outlets: .system)
  }

  package init(quiet: Bool, style: Style, outlets: Outlets) {
    isQuiet = quiet
    self.style = style
    self.outlets = outlets
  }

  /// Says what is being done; silent under `--quiet`.
  public func note(_ text: String) {
    if !isQuiet { writeLine(text) }
  }

  /// Says what may surprise later; never silent.
  public func warn(_ text: String) {
    writeLine(paint("warning", "1;33") + ": " + text)
  }

  /// Says why the command failed, in the four-line form.
  public func report(_ diagnostic: Diagnostic) {
    let text = diagnostic.description
    let head = "error[\(diagnostic.code)]"
    writeLine(text.hasPrefix(head) ? paint(head, "1;31") + text.dropFirst(head.count) : text)
  }

  /// Writes a result, with a line break behind it, to standard output.
  ///
  /// A reader that has gone away (`opkit inspect x | head`) ends the program quietly with status 0.
  ///
  /// - Throws: a ``Diagnostic`` with ``ExitCode/cannotWrite`` when the output is full or closed.
  public func print(_ text: String) throws {
    clearLiveLine()
    let failure = SystemStream.output.write(text + "\n")
    if isBrokenPipe(failure) { exitProcess(ExitCode.success.rawValue) }
    if failure != 0 {
      throw Diagnostic(
        "output.write", exit: .cannotWrite, "cannot write to standard output", why: systemMessage(failure),
        fix: "free some space, or send the output somewhere else")
    }
  }

  private func writeLine(_ text: String) {
    hasLiveLine.withLock { isDrawn in
      outlets.error((isDrawn ? "\r\u{1B}[K" : "") + text + "\n")
      isDrawn = false
    }
  }

  /// Replaces the live line; the next log line takes its place.
  func drawLive(_ text: String) {
    hasLiveLine.withLock { isDrawn in
      outlets.error("\r" + text.prefix(max(1, style.columns - 1)) + "\u{1B}[K")
      isDrawn = true
    }
  }

  private func clearLiveLine() {
    hasLiveLine.withLock { isDrawn in
      if isDrawn { outlets.error("\r\u{1B}[K") }
      isDrawn = false
    }
  }

  private func paint(_ text: String, _ codes: String) -> String {
    style.hasColour ? "\u{1B}[\(codes)m\(text)\u{1B}[0m" : text
  }
}
