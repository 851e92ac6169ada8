import Autodiff
import Layers

/// Twice a convolution of 3 points per axis without bias, instance norm with scale and shift, and ReLU.
struct DoubleConvolution {
  private let convolutions: [Convolution]
  private let norms: [Normalization]

  init(
    _ name: String, inputs: Int, hidden: Int, outputs: Int, dimensions: Int, in builder: ParameterBuilder
  ) {
    let widths = [inputs, hidden, outputs]
    (convolutions, norms) = builder.scope(name) {
      (
        (0..<2).map { i in
          Convolution(
            "convolutions.\(i)", inputs: widths[i], outputs: widths[i + 1],
            window: .centred(kernel: 3, dimensions: dimensions), hasBias: false, in: builder)
        },
        (0..<2).map { i in
          Normalization("norms.\(i)", channels: widths[i + 1], over: .group(widths[i + 1]), in: builder)
        }
      )
    }
  }

  func callAsFunction(_ x: Variable) -> Variable {
    zip(convolutions, norms).reduce(x) { y, layer in layer.1(layer.0(y), activation: .relu) }
  }
}
