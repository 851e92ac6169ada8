import RealModule

/// Closed solutions of u_t = ε² Δu + c (u - u³), in any dimension.
public struct AllenCahnKink: Sendable {
  public let interfaceWidth: Double
  public let rate: Double

  public init(interfaceWidth: Double, rate: Double) {
    precondition(interfaceWidth > 0 && rate > 0)
    self.interfaceWidth = interfaceWidth
    self.rate = rate
  }

  /// The resting interface at a distance from its middle: tanh(d √(c/2)/ε).
  public func interface(at distance: Double) -> Double {
    .tanh(distance * (rate / 2).squareRoot() / interfaceWidth)
  }

  /// A state constant in space, u(0) = `start`: u₀ / √(u₀² + (1 - u₀²) e^{-2ct}).
  public func homogeneous(from start: Double, time: Double) -> Double {
    let square = start * start
    return start / (square + (1 - square) * .exp(-2 * rate * time)).squareRoot()
  }
}
