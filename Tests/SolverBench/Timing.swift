import Foundation

/// Timing of short pieces of work on a machine that other programs use as well.
enum Timing {
  /// Smallest mean seconds of each body, over rounds that alternate between the bodies.
  ///
  /// Other programs only ever add time, so the smallest of many rounds is what the code takes; alternating gives all
  /// bodies the same states of the machine.
  static func best(rounds: Int = 60, repeats: Int = 4, _ bodies: [() -> Void]) -> [Double] {
    var best = [Double](repeating: .infinity, count: bodies.count)
    for _ in 0..<rounds {
      for (i, body) in bodies.enumerated() {
        let start = ContinuousClock.now
        for _ in 0..<repeats { body() }
        best[i] = min(best[i], (ContinuousClock.now - start) / .seconds(1) / Double(repeats))
      }
    }
    return best
  }

  /// One line of the report: times in microseconds, their ratio, and the bar that the ratio should meet.
  static func line(_ name: String, _ solver: Double, limit: Double, bar: String) -> String {
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(1, width - text.count))
    }
    func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
    return padded(name, 45) + padded(number(1e6 * solver, 1) + " µs", 15)
      + padded(number(1e6 * limit, 1) + " µs", 13) + padded(number(solver / limit, 2), 7) + bar
  }
}
