import Synchronization

/// How far a long job is: one live line on a terminal, a plain line now and then elsewhere.
///
/// Live, it is redrawn at most ten times a second. Otherwise the first and the last state and at most one
/// line every 30 seconds are written, without carriage returns or escapes, so that a log stays readable.
/// Under `--quiet` nothing is written.
///
///     let progress = console.progress("train", total: 500, unit: "epochs")
///     progress.update(epoch, detail: "loss 1.2e-3")
///     progress.finish()
public final class Progress: Sendable {
  static let liveInterval = 0.1
  static let plainInterval = 30.0

  private struct State {
    var done: Int
    var detail = ""
    var lastWrite = -Double.infinity
  }

  private let console: Console
  private let label: String
  private let unit: String
  private let total: Int
  private let first: Int
  private let start: Double
  private let state: Mutex<State>

  init(_ console: Console, label: String, total: Int, unit: String, first: Int) {
    self.console = console
    self.label = label
    self.unit = unit
    self.total = total
    self.first = first
    start = console.outlets.clock()
    state = Mutex(State(done: first))
  }

  /// Says that `done` units are complete. Cheap: what need not be written costs a clock reading.
  ///
  /// - Parameter detail: what else matters now, such as the loss; made only when it is shown.
  public func update(_ done: Int, detail: @autoclosure () -> String = "") {
    if console.isQuiet { return }
    let now = console.outlets.clock()
    state.withLock { state in
      // Workers that count together may arrive here in another order.
      state.done = max(state.done, done)
      let interval = console.style.isLive ? Progress.liveInterval : Progress.plainInterval
      guard now - state.lastWrite >= interval else { return }
      state.lastWrite = now
      state.detail = detail()
      if console.style.isLive {
        console.drawLive(line(state, now, bar: true))
      } else {
        console.note(line(state, now, bar: false))
      }
    }
  }

  /// Writes the last state as a line that stays.
  public func finish(detail: @autoclosure () -> String = "") {
    if console.isQuiet { return }
    let now = console.outlets.clock()
    state.withLock { state in
      state.detail = detail()
      console.note(line(state, now, bar: false))
    }
  }

  private func line(_ state: State, _ now: Double, bar: Bool) -> String {
    let elapsed = now - start
    let fraction = total > 0 ? min(1, max(0, Double(state.done) / Double(total))) : 1
    let rate = elapsed > 0 ? Double(state.done - first) / elapsed : 0
    var parts = ["\(label)  \(state.done)/\(total) \(unit)"]
    if bar { parts.append(Progress.bar(fraction)) }
    parts.append("\(Int(fraction * 100)) %")
    if rate > 0 { parts.append("\(Progress.brief(rate)) \(unit)/s") }
    if state.done >= total || rate <= 0 {
      parts.append("\(durationText(elapsed)) elapsed")
    } else {
      parts.append("ETA \(durationText(Double(total - state.done) / rate))")
    }
    if !state.detail.isEmpty { parts.append(state.detail) }
    return parts.joined(separator: "  ")
  }

  private static func bar(_ fraction: Double) -> String {
    let width = 20
    let filled = Int((fraction * Double(width)).rounded(.down))
    return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "]"
  }

  /// Three significant digits or the whole number, whichever says more.
  private static func brief(_ rate: Double) -> String {
    if rate >= 100 { return String(Int(rate.rounded())) }
    let decimals = rate >= 10 ? 10.0 : rate >= 1 ? 100.0 : 1000.0
    return String((rate * decimals).rounded() / decimals)
  }
}

extension Console {
  /// Starts reporting a job of `total` units, of which `first` were done before.
  public func progress(_ label: String, total: Int, unit: String, startingAt first: Int = 0) -> Progress {
    Progress(self, label: label, total: total, unit: unit, first: first)
  }
}

/// A duration as people read it: `0:07`, `12:30`, `3:05:00`.
public func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 3.6e9 else { return "?" }
  let whole = Int(max(0, seconds).rounded())
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
}
