import Foundation
import Testing

/// Records an issue unless `value` is at most `bar`, and prints both, so that `make verify-solvers` shows the figure.
public func expectBar(
  _ name: String, _ value: Double, atMost bar: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  print("bar: \(name): \(shortText(value)), asked for at most \(shortText(bar))")
  #expect(value <= bar, "\(name)", sourceLocation: sourceLocation)
}

/// Records an issue unless `value` lies within `band` of `target`, and prints all three.
public func expectBar(
  _ name: String, _ value: Double, near target: Double, within band: Double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  print("bar: \(name): \(shortText(value)), asked for \(shortText(target)) ± \(shortText(band))")
  #expect(abs(value - target) <= band, "\(name)", sourceLocation: sourceLocation)
}

/// As ``expectClose(_:_:tolerance:_:sourceLocation:)``, and prints the difference beside the tolerance.
public func expectCloseBar(
  _ actual: [Double], _ expected: [Double], tolerance: Double, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  if actual.count == expected.count {
    let scale = max(expected.map(abs).max() ?? 0, 1e-300)
    let difference = worstDifference(actual, expected).difference / scale
    print("bar: \(what): \(shortText(difference)), asked for at most \(shortText(tolerance))")
  }
  expectClose(actual, expected, tolerance: tolerance, what, sourceLocation: sourceLocation)
}

private func shortText(_ value: Double) -> String { String(format: "%.4g", value) }
