import RealModule

/// The exact solution of u_t + β u_x = D u_xx on a circle, from the Fourier coefficients of its initial state.
///
///     u(x, t) = c_0 + 2 Σ_{k≥1} e^{-Dκ²t} Re c_k e^{iκ(x-βt)},   κ = 2πk/ℓ
///
/// Summed directly, without transforms: advection is D = 0, heat is β = 0.
public struct TravellingModes: Sendable {
  public let coefficients: [(re: Double, im: Double)]
  public let speed: Double
  public let diffusivity: Double
  public let length: Double

  /// - Parameter coefficients: of exp(2πikx/ℓ), k = 0, 1, …
  public init(coefficients: [(re: Double, im: Double)], speed: Double, diffusivity: Double, length: Double) {
    precondition(length > 0)
    self.coefficients = coefficients
    self.speed = speed
    self.diffusivity = diffusivity
    self.length = length
  }

  public func value(at x: Double, time: Double) -> Double {
    let turn = (x - speed * time) / length
    let fraction = turn - turn.rounded(.down)
    var sum = coefficients.first?.re ?? 0
    for (k, c) in coefficients.enumerated().dropFirst() {
      let kappa = 2 * Double.pi * Double(k) / length
      let phase = 2 * Double.pi * (Double(k) * fraction)
      sum += 2 * Double.exp(-diffusivity * kappa * kappa * time) * (c.re * .cos(phase) - c.im * .sin(phase))
    }
    return sum
  }
}
