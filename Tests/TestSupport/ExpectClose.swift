import Testing

/// Largest absolute difference of two equally long lists, with its index.
public func worstDifference(_ a: [Double], _ b: [Double]) -> (index: Int, difference: Double) {
  precondition(a.count == b.count, "lists differ in length: \(a.count) and \(b.count)")
  var worst = (index: 0, difference: 0.0)
  for i in a.indices {
    let difference = abs(a[i] - b[i])
    if !(difference <= worst.difference) { worst = (i, difference) }
  }
  return worst
}

/// Records an issue unless every element of `actual` is within `tolerance` of `expected`, relative to the
/// largest magnitude of `expected` (or absolutely where that is below 1e-300).
public func expectClose(
  _ actual: [Double], _ expected: [Double], tolerance: Double, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(what): \(actual.count) values, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  let scale = max(expected.map(abs).max() ?? 0, 1e-300)
  let (index, difference) = worstDifference(actual, expected)
  if !(difference <= tolerance * scale) {
    Issue.record(
      "\(what): differs by \(difference) (\(difference / scale) relative) at \(index): \(actual[index]) instead of \(expected[index]), tolerance \(tolerance)",
      sourceLocation: sourceLocation)
  }
}

/// Observed order of convergence: the slope of log(error) over log(step) by least squares.
public func observedOrder(steps: [Double], errors: [Double]) -> Double {
  precondition(steps.count == errors.count && steps.count >= 2)
  let x = steps.map { $0.logarithm }
  let y = errors.map { $0.logarithm }
  let n = Double(x.count)
  let mx = x.reduce(0, +) / n
  let my = y.reduce(0, +) / n
  var above = 0.0
  var below = 0.0
  for (a, b) in zip(x, y) {
    above += (a - mx) * (b - my)
    below += (a - mx) * (a - mx)
  }
  return above / below
}
