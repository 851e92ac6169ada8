import Configuration
import Tensors

/// Stochastic gradient descent with momentum: b ← μb + g + λw, w ← w − ηb.
///
/// - References: I. Sutskever et al., On the importance of initialization and momentum in deep learning, ICML 2013, in
///   the form that applies the learning rate to the whole velocity.
public struct SGD: Optimizer {
  public static let identifier = "sgd"
  public static let definition = "gradient descent with momentum"
  public static let stateNames = ["velocity"]

  public let learningRate: Double
  private var momentum: Double
  private let weightDecay: Double

  public init(from reader: ConfigReader) throws {
    learningRate = try reader.learningRate(default: 1e-2)
    momentum = try reader.double(
      "momentum", default: 0.9, in: 0...0.9999999, doc: "part of the velocity that stays")
    weightDecay = try reader.double("weightDecay", default: 0, in: 0...1, doc: "weight decay λ")
  }

  public func with(momentum: Double) -> any Optimizer {
    var changed = self
    changed.momentum = momentum
    return changed
  }

  public func update(
    _ segment: ParameterSegment, step: Int, learningRate: Double, kernels: Kernels, parameters: HostBuffer,
    gradients: HostBuffer, state: [HostBuffer]
  ) {
    let (start, length) = (segment.range.lowerBound, segment.range.count)
    let velocity = state[0].slice(from: start, length: length)
    let weights = parameters.slice(from: start, length: length)
    kernels.scale(momentum, velocity, into: velocity)
    kernels.scale(1, gradients.slice(from: start, length: length), into: velocity, accumulate: true)
    if weightDecay > 0 { kernels.scale(weightDecay, weights, into: velocity, accumulate: true) }
    kernels.scale(-learningRate, velocity, into: weights, accumulate: true)
  }
}
