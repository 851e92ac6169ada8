/// Seconds from a fixed moment.
func now() -> Double {
  let time = ContinuousClock.now - reference
  return Double(time.components.seconds) + 1e-18 * Double(time.components.attoseconds)
}

private let reference = ContinuousClock.now

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return 0.5 * (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2])
}

/// A number with three significant digits.
func short(_ x: Double) -> String {
  if x >= 100 { return String(Int(x.rounded())) }
  let scale: Double = x >= 10 ? 10 : x >= 1 ? 100 : 1000
  return String((x * scale).rounded() / scale)
}
