import Autodiff
import Layers
import Tensors

/// One layer of a Fourier neural operator: a spectral convolution and a channel network, each with a skip around it.
struct FourierBlock {
  private let configuration: FNO.Configuration
  private let bias: Parameter
  private let skip: Skip
  private let network: (layers: PointwiseNetwork, skip: Skip)?

  init(_ configuration: FNO.Configuration, deviation: Double, in builder: ParameterBuilder) {
    self.configuration = configuration
    let width = configuration.width
    bias = builder.parameter("spectral.bias", shape: [width], initial: .normal(deviation: deviation))
    skip = Skip(configuration.skip, channels: width, linear: "skip", gate: "skip.gate", in: builder)
    network = configuration.networkWidth.map { hidden in
      (
        PointwiseNetwork(
          "network", inputs: width, hidden: hidden, outputs: width, activation: configuration.activation,
          in: builder),
        Skip(
          configuration.networkSkip, channels: width, linear: "network.skip", gate: "network.gate", in: builder)
      )
    }
  }

  /// Records the layer.
  ///
  /// - Parameters:
  ///   - isLast: whether it ends without activation.
  ///   - grid: points of the result; on another grid than the input's, both parts end there.
  func callAsFunction(
    _ input: Variable, _ map: SpectralMap, weight: SpectralWeight, isLast: Bool, grid: [Int]
  ) -> Variable {
    let activation = isLast ? Activation.identity : configuration.activation
    let isPre = configuration.preactivation
    let x = isPre ? input.activated(configuration.activation) : input
    let mixed = spectralPart(x, map, weight, activation, grid)
    guard let network else { return mixed }
    let around = x.resampled(to: grid)
    let ending = isPre ? Activation.identity : activation
    if let gate = network.skip.gate {
      return network.layers(mixed, plus: (around, gate), outputActivation: ending)
    }
    return (network.layers(mixed) + network.skip(around)).activated(ending)
  }

  /// f( F*(R · F x) + s + skip(x) ), as one operation where there is one.
  private func spectralPart(
    _ x: Variable, _ map: SpectralMap, _ weight: SpectralWeight, _ activation: Activation, _ grid: [Int]
  ) -> Variable {
    let isFused =
      configuration.stabilizer == .none && grid == x.shape.grid
      && (configuration.skip == .linear || configuration.skip == .none)
    if isFused {
      return x.spectralBlock(map, weight: weight, skip: skip.weight, bias: bias, activation: activation)
    }
    let bounded = configuration.stabilizer == .tanh ? x.activated(.tanh) : x
    let z = bounded.spectralBlock(map, weight: weight, bias: bias, activation: .identity)
    return (z + skip(x)).resampled(to: grid).activated(activation)
  }
}
