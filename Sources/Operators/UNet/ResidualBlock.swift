import Autodiff
import Layers
import Tensors

/// y = C₂ f(N₂ C₁ f(N₁ x)) + S x with convolutions C, norms N, an activation f, and S a pointwise map where the number of
/// channels changes: a wide residual block with pre-activation.
struct ResidualBlock {
  private let norms: [Normalization]
  private let convolutions: [Convolution]
  private let shortcut: Linear?
  private let activation: Activation

  init(
    _ name: String, _ configuration: UNet.Configuration, inputs: Int, outputs: Int, window: ConvolutionWindow,
    in builder: ParameterBuilder
  ) {
    activation = configuration.activation
    let channels = [inputs, outputs]
    norms =
      configuration.norm
      ? channels.enumerated().map {
        Normalization("\(name).norms.\($0)", channels: $1, over: .group(1), in: builder)
      } : []
    convolutions = channels.enumerated().map {
      Convolution("\(name).convolutions.\($0)", inputs: $1, outputs: outputs, window: window, in: builder)
    }
    shortcut =
      inputs == outputs
      ? nil : Linear("\(name).shortcut", inputs: inputs, outputs: outputs, in: builder)
  }

  func callAsFunction(_ x: Variable, scaling: KernelScaling) -> Variable {
    let inner = convolutions.enumerated().reduce(x) { z, layer in
      let active =
        norms.isEmpty ? z.activated(activation) : norms[layer.offset](z, activation: activation)
      return layer.element(active, scaling: scaling)
    }
    return inner + (shortcut?(x) ?? x)
  }
}
