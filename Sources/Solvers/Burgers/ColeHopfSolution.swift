import RealModule

/// The exact solution of the viscous Burgers equation on the unit circle for a zero-mean initial state.
///
///     u(x, t) = ∫ (x-y)/t · w(x, y) dy / ∫ w(x, y) dy
///     w = exp(-Φ(y)/2ν - (x-y)²/4νt),   Φ' = u(·, 0)
///
/// The weight is positive and analytic, so the trapezoidal rule over all y that matter converges
/// geometrically, and a common shift of the exponent (log-sum-exp) avoids all overflow; series and
/// transforms of the heat kernel cancel instead once Φ/2ν spans more than a few tens.
///
/// - References: E. Hopf, Comm. Pure Appl. Math. 3 (1950) 201–230; J. D. Cole, Quart. Appl. Math. 9 (1951)
///   225–236.
public struct ColeHopfSolution: Sendable {
  public let viscosity: Double
  /// Φ at j/nodes.
  private let potential: [Double]
  private let potentialRange: Double

  /// - Parameters:
  ///   - coefficients: of exp(2πikx), k = 1, 2, …, in the real initial state.
  ///   - nodes: quadrature points per unit length; a few per narrowest feature, √(νt).
  public init(viscosity: Double, coefficients: [(re: Double, im: Double)], nodes: Int = 2048) {
    precondition(viscosity > 0 && nodes > 2 * coefficients.count)
    self.viscosity = viscosity
    let table = (0..<nodes).map { j in
      var sum = 0.0
      for (i, c) in coefficients.enumerated() {
        // The phase is reduced exactly before the sine: 2 Re(c e^{iκy} / iκ).
        let phase = 2 * Double.pi * Double((i + 1) * j % nodes) / Double(nodes)
        sum += (c.re * .sin(phase) + c.im * .cos(phase)) / (Double.pi * Double(i + 1))
      }
      return sum
    }
    potential = table
    potentialRange = (table.max() ?? 0) - (table.min() ?? 0)
  }

  /// u(x, t) for t > 0.
  public func value(at x: Double, time t: Double) -> Double {
    precondition(t > 0)
    let nodes = potential.count
    // The largest weight lies within √(2t·range Φ) of x; e^{-92} = 1e-40 bounds what is left out.
    let reach = (2 * t * potentialRange).squareRoot() + (4 * viscosity * t * 92).squareRoot()
    let first = Int(((x - reach) * Double(nodes)).rounded(.down))
    let last = Int(((x + reach) * Double(nodes)).rounded(.up))
    var terms: [(offset: Double, exponent: Double)] = []
    for j in first...last {
      let offset = x - Double(j) / Double(nodes)
      let wrapped = ((j % nodes) + nodes) % nodes
      let exponent = -potential[wrapped] / (2 * viscosity) - offset * offset / (4 * viscosity * t)
      terms.append((offset, exponent))
    }
    let largest = terms.map(\.exponent).max() ?? 0
    var above = 0.0
    var below = 0.0
    for term in terms {
      let weight = Double.exp(term.exponent - largest)
      above += term.offset / t * weight
      below += weight
    }
    return above / below
  }
}
