import Autodiff
import Layers
import Tensors

/// One layer of a codomain attention neural operator: attention between the variables, then a mixer on each of them.
///
///     h = N₂( x + A(N₁ x) ),   y = h + N₄( M₂ M₁ N₃ h )
///
/// A is ``CodomainAttention``; M is a layer of a Fourier neural operator, v ↦ f( N( g ⊙ v + MLP( f( N(K v) ) ) ) ), K an
/// integral operator with a pointwise part; the last one ends without f. N are instance norms, or identities.
struct CodomainBlock {
  private let attention: CodomainAttention
  /// N₁ … N₄; empty without norms.
  private let norms: [Normalization]
  private let mixers: [Mixer]

  private struct Mixer {
    var spectral: SpectralConvolution
    var pointwise: Linear
    var network: PointwiseNetwork
    var gate: Skip
    var norms: [Normalization]
  }

  init(_ configuration: CODANO.Configuration, modes: [Int], in builder: ParameterBuilder) {
    let width = configuration.width
    func norms(_ count: Int) -> [Normalization] {
      configuration.norm == .none
        ? []
        : (0..<count).map { Normalization("norm.\($0)", channels: width, over: .group(width), in: builder) }
    }
    attention = CodomainAttention(
      "attention", width: width, heads: configuration.heads, modes: modes,
      temperature: configuration.temperature, in: builder)
    self.norms = norms(4)
    mixers = (0..<2).map { index in
      builder.scope("mixer.\(index)") {
        Mixer(
          spectral: .twoSided("spectral", width: width, modes: modes, in: builder),
          pointwise: Linear("pointwise", inputs: width, outputs: width, in: builder),
          network: PointwiseNetwork(
            "network", inputs: width, hidden: configuration.networkWidth, outputs: width,
            activation: configuration.activation, in: builder),
          gate: Skip(.softGating, channels: width, linear: "", gate: "gate", in: builder),
          norms: norms(2))
      }
    }
  }

  /// The transform of a grid, which all parts of a layer, and layers of as many modes, share.
  func map(_ x: Variable) -> SpectralMap {
    mixers[0].spectral.map(grid: x.shape.grid, precision: x.graph.precision)
  }

  func callAsFunction(
    _ x: Variable, variables: Int, map: SpectralMap, activation: Activation
  ) -> Variable {
    func normalized(_ norms: [Normalization], _ index: Int, _ x: Variable, _ f: Activation = .identity)
      -> Variable
    {
      norms.isEmpty ? x.activated(f) : norms[index](x, activation: f)
    }
    let mixed = attention(normalized(norms, 0, x), variables: variables, map: map)
    let h = normalized(norms, 1, x + mixed)
    var v = normalized(norms, 2, h)
    for (index, mixer) in mixers.enumerated() {
      let f = index + 1 < mixers.count ? activation : .identity
      let convolved = v.spectralBlock(
        map, weight: mixer.spectral.weight, skip: mixer.pointwise.weight, bias: mixer.pointwise.bias,
        activation: mixer.norms.isEmpty ? f : .identity)
      let inner = mixer.norms.isEmpty ? convolved : mixer.norms[0](convolved, activation: f)
      v = normalized(mixer.norms, 1, mixer.network(inner) + mixer.gate(v), f)
    }
    return h + normalized(norms, 3, v)
  }
}
