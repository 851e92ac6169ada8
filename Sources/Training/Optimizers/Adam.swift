import Configuration
import Tensors

/// Adam with weight decay added to the gradient:
///
///     g ← g + λw,  m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,
///     w ← w − η · (m / (1 − β₁ᵗ)) / ( (v / (1 − β₂ᵗ))^½ + ε )
///
/// For complex weights |g|² is shared by real and imaginary part (`complexSecondMoment: shared`), as in the FNO,
/// MgNO and LSM scripts; `separate` treats them as two real numbers, as PyTorch's own Adam does.
///
/// - References: D. Kingma, J. Ba, Adam: A Method for Stochastic Optimization, ICLR 2015, algorithm 1.
public struct Adam: Optimizer {
  public static let identifier = "adam"
  public static let definition = "Adam; weight decay is added to the gradient"
  public static let stateNames = ["firstMoment", "secondMoment"]

  public let learningRate: Double
  private var rule: AdamRule

  public init(from reader: ConfigReader) throws {
    learningRate = try reader.learningRate(default: 1e-3)
    rule = try AdamRule(from: reader, weightDecay: 0)
  }

  /// β₁ is the momentum.
  public func with(momentum: Double) -> any Optimizer {
    var changed = self
    changed.rule.beta1 = momentum
    return changed
  }

  public func update(
    _ segment: ParameterSegment, step: Int, learningRate: Double, kernels: Kernels, parameters: HostBuffer,
    gradients: HostBuffer, state: [HostBuffer]
  ) {
    rule.update(
      segment,
      rule.constants(step: step, learningRate: learningRate, coupled: rule.weightDecay, decoupled: 0),
      kernels: kernels, parameters: parameters, gradients: gradients, state: state)
  }
}

/// Adam with weight decay apart from the gradient: w ← (1 − ηλ)w before Adam's step with λ = 0.
///
/// - References: I. Loshchilov, F. Hutter, Decoupled Weight Decay Regularization, ICLR 2019, algorithm 2.
public struct AdamW: Optimizer {
  public static let identifier = "adamw"
  public static let definition = "Adam with decoupled weight decay"
  public static let stateNames = Adam.stateNames

  public let learningRate: Double
  private var rule: AdamRule

  public init(from reader: ConfigReader) throws {
    learningRate = try reader.learningRate(default: 1e-3)
    rule = try AdamRule(from: reader, weightDecay: 1e-2)
  }

  /// β₁ is the momentum.
  public func with(momentum: Double) -> any Optimizer {
    var changed = self
    changed.rule.beta1 = momentum
    return changed
  }

  public func update(
    _ segment: ParameterSegment, step: Int, learningRate: Double, kernels: Kernels, parameters: HostBuffer,
    gradients: HostBuffer, state: [HostBuffer]
  ) {
    rule.update(
      segment,
      rule.constants(
        step: step, learningRate: learningRate, coupled: 0, decoupled: learningRate * rule.weightDecay),
      kernels: kernels, parameters: parameters, gradients: gradients, state: state)
  }
}

/// What ``Adam`` and ``AdamW`` share.
struct AdamRule: Sendable {
  enum ComplexSecondMoment: String, CaseIterable {
    case shared
    case separate
  }

  let weightDecay: Double
  var beta1: Double
  private let beta2: Double
  private let epsilon: Double
  private let complexSecondMoment: ComplexSecondMoment

  init(from reader: ConfigReader, weightDecay: Double) throws {
    beta1 = try reader.double("beta1", default: 0.9, in: 0...0.9999999, doc: "decay of the first moment")
    beta2 = try reader.double("beta2", default: 0.999, in: 0...0.9999999, doc: "decay of the second moment")
    epsilon = try reader.double(
      "epsilon", default: 1e-8, in: 0...1, doc: "added to the root of the second moment")
    self.weightDecay = try reader.double(
      "weightDecay", default: weightDecay, in: 0...1, doc: "weight decay λ")
    complexSecondMoment = try reader.choice(
      "complexSecondMoment", default: .shared,
      doc: "second moment of complex weights: shared |g|², or separate for real and imaginary part")
  }

  func constants(step: Int, learningRate: Double, coupled: Double, decoupled: Double) -> Kernels.AdamStep {
    Kernels.AdamStep(
      beta1: beta1, beta2: beta2, step: learningRate / (1 - power(beta1, step)),
      secondMomentScale: 1 / (1 - power(beta2, step)), epsilon: epsilon, coupledDecay: coupled,
      decoupledDecay: decoupled)
  }

  func update(
    _ segment: ParameterSegment, _ constants: Kernels.AdamStep, kernels: Kernels, parameters: HostBuffer,
    gradients: HostBuffer, state: [HostBuffer]
  ) {
    let isPaired = complexSecondMoment == .shared && segment.pairBlock != nil
    let count = isPaired ? segment.pairBlock ?? 0 : segment.range.count
    let pair = isPaired ? count : 0
    for start in stride(from: segment.range.lowerBound, to: segment.range.upperBound, by: count + pair) {
      let length = count + pair
      kernels.adam(
        constants, count: count, pairOffset: pair, w: parameters.slice(from: start, length: length),
        m: state[0].slice(from: start, length: length), v: state[1].slice(from: start, length: length),
        g: gradients.slice(from: start, length: length))
    }
  }
}

/// baseᵉ by repeated squaring: the same bits on every platform.
private func power(_ base: Double, _ exponent: Int) -> Double {
  var result = 1.0
  var square = base
  var rest = exponent
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return result
}

extension ConfigReader {
  func learningRate(default value: Double) throws -> Double {
    try double(
      "learningRate", default: value, in: 0...1000, exclusiveMinimum: 0,
      doc: "learning rate before the schedule")
  }
}
