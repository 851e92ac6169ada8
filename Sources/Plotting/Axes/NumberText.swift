#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Numbers as figures show them.
public enum NumberText {
  /// A number with so many significant digits: `0.0123`, `1.23×10⁻⁵`.
  public static func significant(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
    guard value != 0 else { return "0" }
    let exponent = decimalExponent(value, digits: digits)
    if (-3...4).contains(exponent) {
      return fixed(value, decimals: max(0, digits - 1 - exponent))
    }
    return fixed(scaled(value, by: exponent), decimals: digits - 1) + "×" + powerOfTen(exponent)
  }

  /// Labels of several numbers on one axis, with a power of ten in common when they are very large or small.
  ///
  /// - Parameters:
  ///   - plain: Exponents of the largest number that need no power of ten.
  ///   - decimals: Digits after the point of a number divided by `10^exponent`, for a given exponent.
  static func common(
    _ values: [Double], plain: ClosedRange<Int> = (-2)...3, decimals: (_ exponent: Int) -> Int
  ) -> (texts: [String], multiplier: String?) {
    let largest = values.filter(\.isFinite).map(abs).max() ?? 0
    var exponent = self.exponent(largest)
    if plain.contains(exponent) { exponent = 0 }
    let places = min(12, max(0, decimals(exponent)))
    let texts = values.map { fixed(scaled($0, by: exponent), decimals: places) }
    return (texts, exponent == 0 ? nil : "×" + powerOfTen(exponent))
  }

  /// The power of ten of a number's first digit; 0 for zero and for what is not finite.
  static func exponent(_ value: Double) -> Int {
    value == 0 || !value.isFinite ? 0 : Int(log10(abs(value)).rounded(.down))
  }

  /// `10` with a raised exponent.
  static func powerOfTen(_ exponent: Int) -> String {
    let raised: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    return "10"
      + String(String(exponent).map { $0 == "-" ? "⁻" : $0.wholeNumberValue.map { raised[$0] } ?? $0 })
  }

  /// Fixed notation with a true minus sign; a number that rounds to zero has none.
  static func fixed(_ value: Double, decimals: Int) -> String {
    var buffer = [CChar](repeating: 0, count: 400)
    let count = withVaList([Int32(decimals), value]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
    var text = String(
      decoding: buffer.prefix(Int(max(0, count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if text.hasPrefix("-") {
      text.removeFirst()
      if text.contains(where: { $0 != "0" && $0 != "." }) { text = "−" + text }
    }
    return text
  }

  /// `value / 10^exponent` without overflow on the way.
  private static func scaled(_ value: Double, by exponent: Int) -> Double {
    let half = exponent / 2
    return value / pow(10, Double(half)) / pow(10, Double(exponent - half))
  }

  /// The exponent that a number has after rounding to so many digits (9.996 becomes 10.0).
  private static func decimalExponent(_ value: Double, digits: Int) -> Int {
    let exponent = exponent(value)
    let mantissa = abs(scaled(value, by: exponent))
    let unit = pow(10, Double(digits - 1))
    return (mantissa * unit).rounded() >= 10 * unit ? exponent + 1 : exponent
  }
}
