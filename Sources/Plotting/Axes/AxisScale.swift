#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A mark on an axis; minor marks have a fainter grid line and no label.
struct Tick: Equatable {
  var value: Double
  var label: String?
}

/// How values map to positions along an axis, and where its marks are.
struct AxisScale: Equatable {
  enum Kind { case linear, logarithmic }

  let kind: Kind
  let lower: Double
  let upper: Double
  let ticks: [Tick]
  /// Power of ten that the labels are to be multiplied with.
  let multiplier: String?

  /// Position of a value, 0 at the lower and 1 at the upper end; NaN if the scale has no place for it.
  func fraction(_ value: Double) -> Double {
    switch kind {
    case .linear: return (value / 2 - lower / 2) / (upper / 2 - lower / 2)
    case .logarithmic:
      guard value > 0 else { return .nan }
      return (log10(value) - log10(lower)) / (log10(upper) - log10(lower))
    }
  }

  /// A linear scale over exactly a range, with marks at multiples of 1, 2 or 5 times a power of ten.
  ///
  /// A range without extent, or not finite, is replaced by one around its middle.
  /// - Parameter wholeSteps: Whether marks stand at whole numbers only, as for epochs.
  static func linear(_ range: ClosedRange<Double>, marks: Int, wholeSteps: Bool = false) -> AxisScale {
    let (lower, upper) = widened(range)
    let smallest = niceStep((upper / 2 - lower / 2) / Double(max(1, marks)) * 2)
    let step = wholeSteps ? max(1, smallest) : smallest
    var values: [Double] = []
    var index = (lower / step - 1e-9).rounded(.up)
    while index * step <= upper + 1e-9 * step, values.count <= 4 * max(1, marks) {
      values.append(index * step)
      index += 1
    }
    let (texts, multiplier) = NumberText.common(values) { exponent in
      exponent - Int((log10(step) + 1e-9).rounded(.down))
    }
    return AxisScale(
      kind: .linear, lower: lower, upper: upper, ticks: zip(values, texts).map { Tick(value: $0, label: $1) },
      multiplier: multiplier)
  }

  /// A linear scale that begins and ends a little outside of the values.
  static func linear(around values: [Double], symmetric: Bool = false, marks: Int) -> AxisScale {
    let finite = values.filter { $0.isFinite && abs($0) <= Double.greatestFiniteMagnitude / 4 }
    guard var lower = finite.min(), var upper = finite.max() else { return .linear(-1...1, marks: marks) }
    if symmetric {
      upper = max(abs(lower), abs(upper))
      lower = -upper
    }
    let margin = (upper - lower) * 0.06
    return .linear(lower - margin...upper + margin, marks: marks)
  }

  /// A logarithmic scale around the positive values, with marks at the decades; over less than two
  /// decades also at 2 and 5 times them, over less than a third of one at multiples of a linear step.
  static func logarithmic(around values: [Double], marks: Int) -> AxisScale {
    let usable = values.filter { $0.isFinite && $0 > 0 }
    guard let least = usable.min(), let largest = usable.max() else {
      return logarithmic(0.1, 1, decades: -1...0, marks: marks)
    }
    let span = log10(largest) - log10(least)
    let margin = span < 0.02 ? 0.15 : max(0.04 * span, 0.02)
    // The ends stay numbers: 10^−323 is the least positive one, 10^308.25 near the largest.
    let low = max(-323, log10(least) - margin)
    let high = min(308.25, log10(largest) + margin)
    let decades = Int(low.rounded(.down))...Int(high.rounded(.up))
    return logarithmic(pow(10, low), pow(10, high), decades: decades, marks: marks)
  }

  private static func logarithmic(
    _ lower: Double, _ upper: Double, decades: ClosedRange<Int>, marks: Int
  ) -> AxisScale {
    let span = log10(upper) - log10(lower)
    if span < 0.35 {
      let linear = AxisScale.linear(lower...upper, marks: marks)
      return AxisScale(
        kind: .logarithmic, lower: lower, upper: upper,
        ticks: linear.ticks.filter { (lower...upper).contains($0.value) }, multiplier: linear.multiplier)
    }
    let every = max(1, Int((span / Double(max(1, marks))).rounded(.up)))
    let labelled = span < 2 ? [1, 2, 5] : [1]
    let isPlain = lower > 0.9e-3 && upper < 1.1e4
    var ticks: [Tick] = []
    for decade in decades {
      for digit in 1...9 where span < 8 || digit == 1 {
        let value = Double(digit) * pow(10, Double(decade))
        guard value >= lower * (1 - 1e-12), value <= upper * (1 + 1e-12) else { continue }
        let isLabelled = labelled.contains(digit) && decade.isMultiple(of: every)
        ticks.append(Tick(value: value, label: isLabelled ? label(digit, decade, isPlain: isPlain) : nil))
      }
    }
    return AxisScale(kind: .logarithmic, lower: lower, upper: upper, ticks: ticks, multiplier: nil)
  }

  private static func label(_ digit: Int, _ decade: Int, isPlain: Bool) -> String {
    if isPlain || decade == 0 {
      return NumberText.fixed(Double(digit) * pow(10, Double(decade)), decimals: max(0, -decade))
    }
    return digit == 1 ? NumberText.powerOfTen(decade) : "\(digit)×\(NumberText.powerOfTen(decade))"
  }

  /// The nearest, by ratio, of 1, 2 and 5 times the powers of ten.
  private static func niceStep(_ size: Double) -> Double {
    let power = pow(10, max(-300, log10(max(size, .leastNormalMagnitude))).rounded(.down))
    let digit = size / power
    return power * (digit < 1.4142 ? 1 : digit < 3.1623 ? 2 : digit < 7.0711 ? 5 : 10)
  }

  private static func widened(_ range: ClosedRange<Double>) -> (Double, Double) {
    let limit = Double.greatestFiniteMagnitude / 4
    let lower = min(limit, max(-limit, range.lowerBound))
    let upper = min(limit, max(-limit, range.upperBound))
    // Marks need to differ in the digits that labels and doubles have.
    let least = max(1e-9 * max(abs(lower), abs(upper)), 1e-290)
    if upper - lower >= least { return (lower, upper) }
    let middle = lower / 2 + upper / 2
    let half = middle == 0 ? 1 : abs(middle) * 0.1
    return (middle - half, middle + half)
  }
}
