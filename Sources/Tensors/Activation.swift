import CKernels

/// Pointwise nonlinearities.
public enum Activation: String, Sendable, CaseIterable {
  case identity
  /// x·Φ(x) with the exact normal distribution, not its tanh approximation.
  case gelu
  case relu
  case tanh
  /// x/(1 + e^{−x})
  case silu
  /// sin x
  case sine
  /// x for x > 0, else x/100 (PyTorch's default slope)
  case leakyReLU = "leaky-relu"
  /// x for x > 0, else eˣ − 1
  case elu
  /// log(1 + eˣ)
  case softplus

  /// Whether f′(z) can be told from f(z), so that z need not be remembered.
  public var slopeFollowsFromValue: Bool {
    switch self {
    case .relu, .tanh, .leakyReLU, .elu: true
    case .identity, .gelu, .silu, .sine, .softplus: false
    }
  }

  var code: Int32 {
    switch self {
    case .identity: return Int32(OPKIT_IDENTITY)
    case .gelu: return Int32(OPKIT_GELU)
    case .relu: return Int32(OPKIT_RELU)
    case .tanh: return Int32(OPKIT_TANH)
    case .silu: return Int32(OPKIT_SILU)
    case .sine: return Int32(OPKIT_SINE)
    case .leakyReLU: return Int32(OPKIT_LEAKY_RELU)
    case .elu: return Int32(OPKIT_ELU)
    case .softplus: return Int32(OPKIT_SOFTPLUS)
    }
  }
}
