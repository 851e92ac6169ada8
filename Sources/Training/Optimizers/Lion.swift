import Configuration
import Tensors

/// Sign descent along an interpolated momentum, with weight decay apart from the gradient:
///
///     w ← (1 − ηλ)w − η · sign(β₁m + (1 − β₁)g),  m ← β₂m + (1 − β₂)g
///
/// One array of state instead of Adam's two. Every weight moves by η, so rates are three to ten times smaller than
/// Adam's and decays as much larger. A complex weight is two real numbers.
///
/// - References: X. Chen et al., Symbolic Discovery of Optimization Algorithms, NeurIPS 2023, algorithm 2.
public struct Lion: Optimizer {
  public static let identifier = "lion"
  public static let definition = "sign of an interpolated momentum, with decoupled weight decay"
  public static let stateNames = ["momentum"]

  public let learningRate: Double
  private var beta1: Double
  private let beta2: Double
  private let weightDecay: Double

  public init(from reader: ConfigReader) throws {
    learningRate = try reader.learningRate(default: 1e-4)
    beta1 = try reader.double(
      "beta1", default: 0.9, in: 0...0.9999999, doc: "part of the momentum in a step's direction")
    beta2 = try reader.double("beta2", default: 0.99, in: 0...0.9999999, doc: "decay of the momentum")
    weightDecay = try reader.double("weightDecay", default: 0, in: 0...1, doc: "weight decay λ")
  }

  /// β₁ is the momentum.
  public func with(momentum: Double) -> any Optimizer {
    var changed = self
    changed.beta1 = momentum
    return changed
  }

  public func update(
    _ segment: ParameterSegment, step: Int, learningRate: Double, kernels: Kernels, parameters: HostBuffer,
    gradients: HostBuffer, state: [HostBuffer]
  ) {
    let (start, length) = (segment.range.lowerBound, segment.range.count)
    kernels.lion(
      count: length, w: parameters.slice(from: start, length: length),
      m: state[0].slice(from: start, length: length), g: gradients.slice(from: start, length: length),
      beta1: beta1, beta2: beta2, step: learningRate, decay: learningRate * weightDecay)
  }
}
