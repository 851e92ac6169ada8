import Autodiff
import Layers
import Tensors

/// One layer of a Fourier neural operator: a spectral convolution and a channel network, each with a skip around it.
struct FourierBlock {
  private let configuration: FNO.Configuration
  private let bias: Parameter
  private let skip: Skip
  /// Of the convolution and of the channel network.
  private let norms: [Normalization?]
  private let network: (layers: PointwiseNetwork, skip: Skip)?
  private let local: LocalBranches?

  /// - Parameter local: what is added to the spectral convolution.
  init(
    _ configuration: FNO.Configuration, deviation: Double, local: LocalBranches?, in builder: ParameterBuilder
  ) {
    self.configuration = configuration
    self.local = local
    let width = configuration.width
    bias = builder.parameter("spectral.bias", shape: [width], initial: .normal(deviation: deviation))
    skip = Skip(configuration.skip, channels: width, linear: "skip", gate: "skip.gate", in: builder)
    norms = (0..<(configuration.networkWidth == nil ? 1 : 2)).map {
      configuration.normalization("norm.\($0)", in: builder)
    }
    network = configuration.networkWidth.map { hidden in
      (
        PointwiseNetwork(
          "network", inputs: width, hidden: hidden, outputs: width, activation: configuration.activation,
          in: builder),
        Skip(
          configuration.networkSkip, channels: width, linear: "network.skip", gate: "network.gate",
          in: builder)
      )
    }
  }

  /// Records the layer.
  ///
  /// - Parameters:
  ///   - isLast: whether it ends without activation.
  ///   - grid: points of the result; on another grid than the input's, both parts end there.
  ///   - spacing: distance of the input's points along each axis.
  func callAsFunction(
    _ input: Variable, _ map: SpectralMap, weight: SpectralWeight, isLast: Bool, grid: [Int],
    spacing: [Double]
  ) -> Variable {
    let activation = isLast ? Activation.identity : configuration.activation
    // A block with local kernels has an activation before its channel network wherever it stands.
    let inner = local != nil && network != nil ? configuration.activation : activation
    let isPre = configuration.preactivation
    let x = isPre ? normalized(0, input.activated(configuration.activation)) : input
    // The channel network applies the activation before it: what it has read is not written.
    let before = isPre || network == nil ? Activation.identity : inner
    var mixed = spectralPart(x, map, weight, before == .identity ? inner : .identity, grid, spacing)
    guard let network else { return mixed }
    if isPre { mixed = normalized(1, mixed) }
    let around = x.resampled(to: grid, by: .fourier)
    let ending = isPre ? Activation.identity : activation
    if isPre || norms[1] == nil, let gate = network.skip.gate {
      return network.layers(
        mixed, plus: (around, gate), inputActivation: before, outputActivation: ending)
    }
    let sum = network.layers(mixed, inputActivation: before) + network.skip(around)
    return (isPre ? sum : normalized(1, sum)).activated(ending)
  }

  private func normalized(_ index: Int, _ x: Variable) -> Variable { norms[index]?(x) ?? x }

  /// f( F*(R · F x) + s + local(x) + skip(x) ), as one operation where there is one.
  private func spectralPart(
    _ x: Variable, _ map: SpectralMap, _ weight: SpectralWeight, _ activation: Activation, _ grid: [Int],
    _ spacing: [Double]
  ) -> Variable {
    let isFused =
      local == nil && configuration.stabilizer == .none && grid == x.shape.grid
      && (configuration.preactivation || norms[0] == nil)
      && (configuration.skip == .linear || configuration.skip == .none)
    if isFused {
      return x.spectralBlock(map, weight: weight, skip: skip.weight, bias: bias, activation: activation)
    }
    let bounded = configuration.stabilizer == .tanh ? x.activated(.tanh) : x
    var z = bounded.spectralBlock(map, weight: weight, bias: bias, activation: .identity)
    if let local { z = z + local(bounded, spacing: spacing) }
    if !configuration.preactivation { z = normalized(0, z) }
    return (z + skip(x)).resampled(to: grid, by: .fourier).activated(activation)
  }
}
