import ComplexModule

/// The analytic functions of z = L·Δt from which exponential integrators are built.
///
///     φ₀(z) = e^z,   φ_k(z) = (φ_{k-1}(z) - 1/(k-1)!) / z
///
/// `half` means the argument z/2.
package enum ExponentialFunction: Hashable, Sendable, CaseIterable {
  case one
  case exponential, exponentialHalf
  case phi1, phi2, phi3
  case phi1Half
  /// e^{z/2} φ₁(z/2)
  case exponentialHalfPhi1Half
}

/// A linear combination of ``ExponentialFunction``s: one coefficient of a scheme, as data.
package struct ExponentialCombination: Hashable, Sendable {
  package struct Term: Hashable, Sendable {
    package var weight: Double
    package var function: ExponentialFunction
  }
  package var terms: [Term]

  package init(_ terms: (Double, ExponentialFunction)...) {
    self.terms = terms.map { Term(weight: $0.0, function: $0.1) }
  }
}

extension ExponentialCombination {
  /// The value where only exponentials occur, to the last bit: a mode with L = 0 is kept exactly.
  fileprivate func elementaryValue(at z: Complex<Double>) -> Complex<Double>? {
    var sum: Complex<Double> = 0
    for term in terms {
      switch term.function {
      case .one: sum += Complex(term.weight)
      case .exponential: sum += Complex(term.weight) * .exp(z)
      case .exponentialHalf: sum += Complex(term.weight) * .exp(z / Complex(2))
      default: return nil
      }
    }
    return sum
  }
}

/// Values of all functions at one point, by the defining recurrences; inaccurate near 0, where
/// ``ContourMean`` keeps away from.
private struct ExponentialValues {
  private var exponentialHalf, exponential: Complex<Double>
  private var phi1, phi2, phi3, phi1Half, exponentialHalfPhi1Half: Complex<Double>

  init(at z: Complex<Double>) {
    let reciprocal = Complex<Double>(1) / z
    let half = Complex<Double>.exp(z / Complex(2))
    let full = half * half
    exponentialHalf = half
    exponential = full
    phi1 = (full - 1) * reciprocal
    phi2 = (phi1 - 1) * reciprocal
    phi3 = (phi2 - Complex(0.5)) * reciprocal
    phi1Half = (half - 1) * reciprocal * Complex(2)
    exponentialHalfPhi1Half = half * phi1Half
  }

  /// The mean of the functions over some points.
  init(meanOver points: some Collection<Complex<Double>>) {
    (exponentialHalf, exponential) = (0, 0)
    (phi1, phi2, phi3, phi1Half, exponentialHalfPhi1Half) = (0, 0, 0, 0, 0)
    let share = Complex(1 / Double(points.count))
    for point in points {
      let values = ExponentialValues(at: point)
      exponentialHalf += share * values.exponentialHalf
      exponential += share * values.exponential
      phi1 += share * values.phi1
      phi2 += share * values.phi2
      phi3 += share * values.phi3
      phi1Half += share * values.phi1Half
      exponentialHalfPhi1Half += share * values.exponentialHalfPhi1Half
    }
  }

  subscript(function: ExponentialFunction) -> Complex<Double> {
    switch function {
    case .one: 1
    case .exponential: exponential
    case .exponentialHalf: exponentialHalf
    case .phi1: phi1
    case .phi2: phi2
    case .phi3: phi3
    case .phi1Half: phi1Half
    case .exponentialHalfPhi1Half: exponentialHalfPhi1Half
    }
  }
}

/// Values of entire functions by their mean over a circle, which avoids the cancellation of the φ-functions
/// near 0 for every argument, real or complex.
///
///     f(z) = 1/M Σ_m f(z + r e^{iθ_m})
///
/// The trapezoidal rule converges geometrically; 32 points on radius 1 leave rounding of a few 1e-13. Points
/// too near the origin, where the recurrences lose digits, are avoided by a larger radius.
///
/// - References: A.-K. Kassam, L. N. Trefethen, Fourth-order time-stepping for stiff PDEs, SIAM J. Sci.
///   Comput. 26 (2005) 1214–1233.
package struct ContourMean {
  private static let points = 32
  private static let unitCircle: [Complex<Double>] = (0..<points).map {
    Complex(length: 1, phase: 2 * .pi * (Double($0) + 0.5) / Double(points))
  }

  /// All `combinations` at `z`. For real z the imaginary rounding is dropped; for complex z both parts
  /// are the value: keeping only the real one is wrong for dispersive problems.
  package static func values(of combinations: [ExponentialCombination], at z: Complex<Double>) -> [Complex<
    Double
  >] {
    let distance = z.length
    let radius = distance > 0.5 && distance < 1.5 ? 2.0 : 1.0
    // The mean is linear: that of each function once, instead of that of each combination.
    let means = ExponentialValues(meanOver: unitCircle.lazy.map { z + Complex(radius) * $0 })
    return combinations.map { combination in
      let value =
        combination.elementaryValue(at: z)
        ?? combination.terms.reduce(0) { $0 + Complex($1.weight) * means[$1.function] }
      return z.imaginary == 0 ? Complex(value.real) : value
    }
  }
}
