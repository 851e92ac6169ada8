import Diagnostics

/// The value of `--range`: which samples of a dataset a run makes.
enum SampleRange {
  /// `a:b` as the samples a, …, b-1 of `count`; everything without a text.
  ///
  /// - Throws: exit status 2 unless 0 ≤ a < b ≤ count.
  static func parse(_ text: String?, of count: Int) throws -> Range<Int> {
    guard let text else { return 0..<count }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let first = parts[0], let end = parts[1] else {
      throw refusal(text, "a range is two numbers with a colon between them", count)
    }
    guard first >= 0, first < end else {
      throw refusal(text, "the first number must be at least 0 and below the second", count)
    }
    guard end <= count else { throw refusal(text, "the configuration asks for \(count) samples", count) }
    return first..<end
  }

  private static func refusal(_ text: String, _ why: String, _ count: Int) -> Diagnostic {
    Diagnostic(
      "usage.range", exit: .usage, "'\(text)' is no range of samples", at: "--range \(text)", why: why,
      fix: "give a:b with 0 ≤ a < b ≤ \(count), such as 0:\(max(1, count / 2))")
  }
}
