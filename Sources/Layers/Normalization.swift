import Autodiff
import Tensors

/// A normalisation with trained scale γ (1 at first) and shift β (0 at first).
public struct Normalization {
  /// Over what mean and variance are taken.
  public enum Statistics: Sendable, Equatable {
    /// The channels of each point, in so many parts: layer norm.
    case point(groups: Int)
    /// The domain and the channels of each of so many parts, as integrals: ``callAsFunction(_:weights:)`` is told the
    /// quadrature.
    case domain(groups: Int)
    /// The grid and the channels of each of so many parts: group norm; as many as channels is instance norm.
    case group(Int)
    /// Channels and grid together, with γ and β at every point of the one grid given: PyTorch's `LayerNorm([C, N…])`.
    case sample(grid: [Int])
  }

  private let statistics: Statistics
  private let affine: (scale: Parameter, shift: Parameter)?
  private let epsilon: Double

  /// - Parameters:
  ///   - hasAffine: whether γ and β exist.
  ///   - epsilon: added to the variance; 1e-5 as in PyTorch.
  public init(
    _ name: String, channels: Int, over statistics: Statistics, hasAffine: Bool = true,
    epsilon: Double = 1e-5,
    in builder: ParameterBuilder
  ) {
    self.statistics = statistics
    self.epsilon = epsilon
    var shape = [channels]
    if case .sample(let grid) = statistics { shape = grid + shape }
    affine =
      hasAffine
      ? builder.scope(name) {
        (
          builder.parameter("weight", shape: shape, initial: .ones),
          builder.parameter("bias", shape: shape, initial: .zeros)
        )
      } : nil
  }

  /// - Parameter weights: quadrature weights of the points, with the sum 1; statistics of points do without.
  public func callAsFunction(_ x: Variable, weights: HostBuffer) -> Variable {
    guard case .domain(let groups) = statistics else { return self(x) }
    return x.domainNormalized(weights: weights, groups: groups, affine: affine, epsilon: epsilon)
  }

  public func callAsFunction(_ x: Variable, activation: Activation = .identity) -> Variable {
    switch statistics {
    case .point(let groups):
      return x.layerNormalized(affine: affine, groups: groups, epsilon: epsilon).activated(activation)
    case .group(let groups):
      return x.groupNormalized(groups: groups, affine: affine, activation: activation, epsilon: epsilon)
    case .domain: preconditionFailure("a norm over the domain needs quadrature weights")
    case .sample(let grid):
      precondition(grid == x.shape.grid, "the norm belongs to another grid")
      return x.sampleNormalized(affine: affine, epsilon: epsilon).activated(activation)
    }
  }
}
