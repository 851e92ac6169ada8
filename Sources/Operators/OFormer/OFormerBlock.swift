import Autodiff
import Layers
import Tensors

/// u ← (u + S(N u) + A(N u))/√3, u ← u + M(N u), each N a layer norm of its own.
struct OFormerBlock {
  private let attention: (norm: Normalization, layer: IntegralAttention)
  private let spectral: (norm: Normalization, layer: SpectralConvolution, bias: Parameter)?
  private let network: (norm: Normalization, layers: PointwiseNetwork)

  init(
    _ configuration: OFormer.Configuration, headWidth: Int, modes: [Int]?, in builder: ParameterBuilder
  ) {
    let width = configuration.width
    func norm(_ name: String) -> Normalization {
      Normalization(
        name, channels: width, over: configuration.norm == .point ? .point(groups: 1) : .domain(groups: 1),
        in: builder)
    }
    attention = (
      norm("attention.norm"),
      IntegralAttention(
        "attention", channels: width, heads: configuration.heads, headWidth: headWidth,
        kind: configuration.attention, norm: configuration.attentionNorm, in: builder)
    )
    let deviation = 1 / Double(width).squareRoot()
    spectral = modes.map { modes in
      (
        norm("spectral.norm"),
        SpectralConvolution(
          "spectral", inputs: width, outputs: width, modes: modes, selection: .twoSided,
          initial: .normal(deviation: deviation), forwardNormalized: true, in: builder),
        builder.parameter("spectral.bias", shape: [width], initial: .normal(deviation: deviation))
      )
    }
    network = (
      norm("network.norm"),
      PointwiseNetwork(
        "network", inputs: width, hidden: max(1, Int(configuration.mlpRatio * Double(width))), outputs: width,
        activation: configuration.activation, in: builder)
    )
  }

  /// The transform of the block's spectral convolution; layers of one size share it.
  func map(grid: [Int], precision: Precision, sharing other: SpectralMap?) -> SpectralMap? {
    spectral?.layer.map(grid: grid, precision: precision, sharing: other)
  }

  func callAsFunction(
    _ u: Variable, map: SpectralMap?, weights: HostBuffer, rotation: Rotation?
  ) -> Variable {
    let attended = attention.layer(attention.norm(u, weights: weights), weights: weights, rotation: rotation)
    let share = 1 / (map == nil ? 2.0 : 3.0).squareRoot()
    var sum = Variable.combination(share, u, share, attended)
    if let map, let spectral {
      let convolved = spectral.norm(u, weights: weights).spectralBlock(
        map, weight: spectral.layer.weight, bias: spectral.bias, activation: .identity)
      sum = .combination(1, sum, share, convolved)
    }
    return sum + network.layers(network.norm(sum, weights: weights))
  }
}
