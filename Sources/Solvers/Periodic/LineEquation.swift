import ComplexModule
import RealModule

/// A scalar equation on a circle of length ℓ, as data.
///
///     u_t = Σ_j a_j ∂_x^j u + ∂_x^m P(u),   P a polynomial of degree at most 4
///
/// One value of this type is all that tells the 1-D periodic problems apart.
package struct LineEquation: Sendable, Equatable {
  package struct Nonlinearity: Sendable, Equatable {
    /// m.
    package let derivative: Int
    /// Coefficients of u⁰, u¹, …, u⁴; those left out are 0.
    package let polynomial: [Double]

    package init(derivative: Int, polynomial: [Double]) {
      precondition(polynomial.count <= 5)
      self.derivative = derivative
      self.polynomial = polynomial
    }

    /// Degree of P, at least 2.
    package var degree: Int { max(2, polynomial.lastIndex { $0 != 0 } ?? 0) }
  }

  package let length: Double
  /// a_0, a_1, …
  package let linear: [Double]
  package let nonlinear: Nonlinearity?

  package init(length: Double, linear: [Double], nonlinear: Nonlinearity? = nil) {
    precondition(length > 0)
    self.length = length
    self.linear = linear
    self.nonlinear = nonlinear
  }

  /// Σ_j a_j (iκ)^j of wavenumber κ = 2πk/ℓ.
  func symbol(of k: Int) -> Complex<Double> {
    let kappa = 2 * .pi * Double(k) / length
    var power = 1.0
    var (re, im) = (0.0, 0.0)
    for (j, a) in linear.enumerated() {
      switch j % 4 {
      case 0: re += a * power
      case 1: im += a * power
      case 2: re -= a * power
      default: im -= a * power
      }
      power *= kappa
    }
    return Complex(re, im)
  }

  /// Kept modes on a grid: K with (degree + 1)·K < N, so that no product aliases into a kept mode; all that the
  /// grid carries where nothing is multiplied.
  func modes(points: Int) -> Int { max(1, (points - 1) / (degree + 1)) }

  /// Degree of the highest product; 1 for a linear equation.
  var degree: Int { nonlinear?.degree ?? 1 }
}

extension LineEquation {
  /// u_t + (u²/2)_x = ν u_xx
  package static func burgers(viscosity: Double, length: Double = 1) -> LineEquation {
    LineEquation(
      length: length, linear: [0, 0, viscosity],
      nonlinear: Nonlinearity(derivative: 1, polynomial: [0, 0, -0.5]))
  }

  /// u_t + α u u_x + β u_xxx = 0
  package static func kortewegDeVries(steepening: Double, dispersion: Double, length: Double) -> LineEquation
  {
    LineEquation(
      length: length, linear: [0, 0, 0, -dispersion],
      nonlinear: Nonlinearity(derivative: 1, polynomial: [0, 0, -0.5 * steepening]))
  }

  /// u_t + u u_x + u_xx + ν u_xxxx = 0
  package static func kuramotoSivashinsky(hyperviscosity: Double, length: Double) -> LineEquation {
    LineEquation(
      length: length, linear: [0, 0, -1, 0, -hyperviscosity],
      nonlinear: Nonlinearity(derivative: 1, polynomial: [0, 0, -0.5]))
  }

  /// u_t = D u_xx + Σ_j r_j u^j; the linear part of the source belongs to L.
  package static func reactionDiffusion(
    diffusivity: Double, source: [Double], length: Double
  ) -> LineEquation {
    let rest = source.enumerated().map { $0.offset == 1 ? 0 : $0.element }
    return LineEquation(
      length: length, linear: [source.count > 1 ? source[1] : 0, 0, diffusivity],
      nonlinear: rest.allSatisfy { $0 == 0 } ? nil : Nonlinearity(derivative: 0, polynomial: rest))
  }
}
