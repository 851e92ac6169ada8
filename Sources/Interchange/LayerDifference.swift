/// What neuraloperator's layers do and opkit's with the same settings do not; the text says it.
///
/// The channel networks there have GELU inside, whatever the model's activation is. Without channel networks the layers
/// there keep what would follow the networks, and opkit's end before it.
enum LayerDifference: String {
  case activationInside = "neuraloperator's channel networks have GELU inside in any case"
  case secondNorm = "without channel networks neuraloperator's layers still have two norms"
  case secondActivation = "without channel networks neuraloperator's inner layers activate twice"

  /// nil where both are the same function: pre-activated layers end behind one activation there too, the last layer ends
  /// without, and ReLU of ReLU is ReLU.
  init?(hasNetworks: Bool, activation: String, hasNorms: Bool, isPreactivated: Bool, layers: Int) {
    if hasNetworks {
      if activation == "gelu" { return nil }
      self = .activationInside
    } else if hasNorms {
      self = .secondNorm
    } else if isPreactivated || layers == 1 || activation == "relu" {
      return nil
    } else {
      self = .secondActivation
    }
  }
}
