import Autodiff

/// Initial weights and biases of a fully connected layer.
public enum WeightInitialization: String, Sendable, CaseIterable {
  /// Weights normal with variance 2/(Cin + Cout), biases zero: X. Glorot and Y. Bengio, AISTATS 2010; DeepXDE's default.
  case glorotNormal = "glorot-normal"
  /// Weights and biases uniform on ±1/√Cin: PyTorch's default.
  case fanIn = "fan-in"

  func weight(inputs: Int, outputs: Int) -> Parameter.Initial {
    switch self {
    case .glorotNormal: return .normal(deviation: (2 / Double(inputs + outputs)).squareRoot())
    case .fanIn: return .uniform(bound: 1 / Double(inputs).squareRoot())
    }
  }

  func bias(inputs: Int) -> Parameter.Initial {
    switch self {
    case .glorotNormal: return .zeros
    case .fanIn: return .uniform(bound: 1 / Double(inputs).squareRoot())
    }
  }
}
