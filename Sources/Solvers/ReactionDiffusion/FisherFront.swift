import RealModule

/// The front of u_t = u_xx + u (1 - u) that is known in closed form.
///
///     u(x, t) = (1 + e^{(x - x₀ - ct)/√6})^{-2},   c = 5/√6
///
/// - References: M. J. Ablowitz, A. Zeppetella, Explicit solutions of Fisher's equation for a special wave speed,
///   Bull. Math. Biol. 41 (1979) 835–840.
public struct FisherFront: Sendable {
  public let position: Double
  public static let speed = 5 / 6.0.squareRoot()

  /// - Parameter position: x₀.
  public init(position: Double) { self.position = position }

  public func value(at x: Double, time: Double) -> Double {
    let ahead = 1 + Double.exp((x - position - Self.speed * time) / 6.0.squareRoot())
    return 1 / (ahead * ahead)
  }
}
