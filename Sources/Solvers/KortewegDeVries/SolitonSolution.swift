import RealModule

/// One soliton of u_t + α u u_x + β u_xxx = 0, repeated with the period of the circle.
///
///     u(x, t) = (3c/α) sech²(½ √(c/β) (x - x₀ - ct))
///
/// It solves the equation on the line; on a circle of length ℓ neighbours overlap by e^{-√(c/β) ℓ}, which is the
/// error of this formula: 4e-20 for c = 5, β = 1, ℓ = 20.
public struct SolitonSolution: Sendable {
  public let speed: Double
  public let position: Double
  public let steepening: Double
  public let dispersion: Double
  public let length: Double

  /// - Parameters:
  ///   - speed: c, of the sign of β.
  ///   - position: of the crest at time 0.
  public init(speed: Double, position: Double, steepening: Double, dispersion: Double, length: Double) {
    precondition(speed / dispersion > 0 && steepening != 0 && length > 0)
    self.speed = speed
    self.position = position
    self.steepening = steepening
    self.dispersion = dispersion
    self.length = length
  }

  public func value(at x: Double, time: Double) -> Double {
    let turn = (x - position - speed * time) / length
    let distance = length * (turn - turn.rounded())
    let sech = 1 / Double.cosh(0.5 * (speed / dispersion).squareRoot() * distance)
    return 3 * speed / steepening * sech * sech
  }
}
