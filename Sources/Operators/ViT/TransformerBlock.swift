import Autodiff
import Layers
import Tensors

/// z ← z + A(N z), z ← z + M(N z): a transformer layer with its norms in front.
struct TransformerBlock {
  private let attention: (norm: Normalization, layer: IntegralAttention)
  private let network: (norm: Normalization, layers: PointwiseNetwork)

  init(_ configuration: ViT.Configuration, in builder: ParameterBuilder) {
    let (width, heads) = (configuration.width, configuration.heads)
    func norm(_ name: String) -> Normalization {
      Normalization(name, channels: width, over: .point(groups: 1), in: builder)
    }
    attention = (
      norm("attention.norm"),
      IntegralAttention(
        "attention", channels: width, heads: heads, headWidth: width / heads, kind: .softmax, in: builder)
    )
    network = (
      norm("network.norm"),
      PointwiseNetwork(
        "network", inputs: width, hidden: max(1, Int(configuration.mlpRatio * Double(width))), outputs: width,
        activation: configuration.activation, in: builder)
    )
  }

  func callAsFunction(_ z: Variable, weights: HostBuffer, rotation: Rotation?) -> Variable {
    let sum = z + attention.layer(attention.norm(z), weights: weights, rotation: rotation)
    return sum + network.layers(network.norm(sum))
  }
}
