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

  var code: Int32 {
    switch self {
    case .identity: return Int32(OPKIT_IDENTITY)
    case .gelu: return Int32(OPKIT_GELU)
    case .relu: return Int32(OPKIT_RELU)
    case .tanh: return Int32(OPKIT_TANH)
    case .silu: return Int32(OPKIT_SILU)
    }
  }
}
