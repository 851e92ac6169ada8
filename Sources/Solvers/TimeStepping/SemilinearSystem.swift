import ComplexModule

/// A semilinear problem u_t = L u + N(u, t) on Fourier coefficients, with L diagonal.
///
/// A system owns the work arrays of its nonlinear term and belongs to one worker.
package protocol SemilinearSystem: AnyObject {
  /// Number of complex coefficients of a state.
  var modeCount: Int { get }
  /// L of each coefficient.
  var symbol: [Complex<Double>] { get }
  /// How often each coefficient counts in the squared L² norm of the field over the unit domain.
  var multiplicity: [Double] { get }
  /// Whether a coefficient belongs to the outer tenth of the kept modes, where a resolved field has
  /// nothing left.
  var isOuter: [Bool] { get }

  /// N(u, t), dealiased; interleaved complex numbers in and out.
  func nonlinearTerm(
    of state: UnsafeMutablePointer<Double>, time: Double, into result: UnsafeMutablePointer<Double>)
}

extension SemilinearSystem {
  /// √Σ m_k |u_k|²: the L² norm of the field.
  package func norm(_ state: UnsafePointer<Double>, weights: UnsafePointer<Double>) -> Double {
    var sum = SIMD2<Double>()
    for i in 0..<modeCount {
      let value = SIMD2(state[2 &* i], state[2 &* i &+ 1])
      sum += value * value * weights[i]
    }
    return (sum.x + sum.y).squareRoot()
  }
}
