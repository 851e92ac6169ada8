import RealModule

/// Exact solutions of the 2-D Navier–Stokes equation whose vorticity lies on one shell of wave-vectors.
///
///     ω(x, t) = Σ_{|k|² = s} a_k(t) cos(2πk·(x - Ut)) + b_k(t) sin(2πk·(x - Ut)),   a_k(t) = a_k e^{-4π²sνt}
///
/// On a shell ω is an eigenfunction of the Laplacian, so u·∇ω vanishes but for the advection by the mean flow
/// U, in which the whole pattern decays and drifts; every wave-vector interacts on the grid all the same. With a
/// forcing on the same shell and U = 0 the response from rest is
///
///     ω(x, t) = f(x) (1 - e^{-4π²sνt}) / (4π²sν)
public struct ShellFlow: Sendable {
  /// cosine·cos 2πk·x + sine·sin 2πk·x.
  public struct Mode: Sendable {
    public let k1, k2: Int
    public let cosine, sine: Double

    public init(k1: Int, k2: Int, cosine: Double, sine: Double) {
      self.k1 = k1
      self.k2 = k2
      self.cosine = cosine
      self.sine = sine
    }
  }

  public let modes: [Mode]
  public let viscosity: Double
  public let meanFlow: (Double, Double)
  private let decayRate: Double

  /// - Parameter modes: all of one |k|².
  public init(modes: [Mode], viscosity: Double, meanFlow: (Double, Double)) {
    let squares = Set(modes.map { $0.k1 * $0.k1 + $0.k2 * $0.k2 })
    precondition(squares.count == 1, "the modes must lie on one shell")
    self.modes = modes
    self.viscosity = viscosity
    self.meanFlow = meanFlow
    decayRate = 4 * .pi * .pi * Double(squares.first ?? 0) * viscosity
  }

  /// Vorticity of the free decay.
  public func decaying(x: Double, y: Double, time: Double) -> Double {
    .exp(-decayRate * time) * sum(x - meanFlow.0 * time, y - meanFlow.1 * time)
  }

  /// Vorticity that the modes as a constant forcing have driven from rest; without mean flow.
  public func forcedFromRest(x: Double, y: Double, time: Double) -> Double {
    -.expMinusOne(-decayRate * time) / decayRate * sum(x, y)
  }

  private func sum(_ x: Double, _ y: Double) -> Double {
    modes.reduce(0) { total, mode in
      let phase = 2 * .pi * (Double(mode.k1) * x + Double(mode.k2) * y)
      return total + mode.cosine * .cos(phase) + mode.sine * .sin(phase)
    }
  }
}
