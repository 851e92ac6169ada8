import Configuration
import Layers
import Tensors

extension OFormer {
  /// Settings of ``OFormer``; defaults are those of NNs-to-NOs but for the sizes.
  public struct Configuration: ModelConfiguration {
    /// What the layer norms take their statistics over.
    public enum Norm: String, Sendable, CaseIterable {
      /// The domain and all channels, as integrals: layer norm of a function.
      case domain
      /// The channels of each point, as the reference.
      case point
    }

    public var width: Int
    public var layers: Int
    public var heads: Int
    /// Channels of each head; 0 for width/heads.
    public var headWidth: Int
    public var attention: IntegralAttention.Kind
    public var attentionNorm: IntegralAttention.Norm
    public var norm: Norm
    /// Kept modes per axis of the spectral convolutions, both signs counted; 0 on all for layers without.
    public var modes: [Int]
    public var mlpRatio: Double
    /// Highest rate of rotary position, radians over the domain's length; 0 for none.
    public var rotaryFrequency: Double
    public var embedding: GridEmbedding
    public var activation: Activation

    public init(from reader: ConfigReader) throws {
      width = try reader.int("width", default: 64, in: 1...4096, doc: "hidden channels")
      layers = try reader.int("layers", default: 4, in: 1...64, doc: "layers")
      heads = try reader.int("heads", default: 4, in: 1...256, doc: "attention heads")
      headWidth = try reader.int(
        "headWidth", default: 0, in: 0...4096,
        doc: "channels of each head, for rotary position two per axis or more; 0 for width/heads")
      attention = try reader.choice(
        "attention", default: .linear,
        doc: "kernel of the attention: softmax, linear, nala (norm-aware linear)")
      attentionNorm = try reader.choice(
        "attentionNorm", default: .galerkin,
        doc:
          "what linear attention normalises: galerkin (keys, values at points), fourier (queries, keys), domain "
          + "(keys, values over the domain)")
      guard attention == .linear || attentionNorm == .galerkin else {
        throw reader.fail(
          "attentionNorm", "attentionNorm has no effect with the attention '\(attention.rawValue)'",
          fix: "remove it, or set attention to \"linear\"")
      }
      norm = try reader.choice(
        "norm", default: Norm.domain,
        doc: "statistics of layer norms: domain (the whole function, by quadrature), point (as the reference)"
      )
      modes = try reader.ints(
        "modes", default: [16], each: 0...4096,
        doc:
          "kept Fourier modes per axis of the spectral convolutions, both signs counted; 0 on all for none"
      )
      mlpRatio = try reader.double(
        "mlpRatio", default: 2, in: 0...64, exclusiveMinimum: 0,
        doc: "hidden channels of each layer's network over width")
      rotaryFrequency = try reader.double(
        "rotaryFrequency", default: 64, in: 0...1e6,
        doc: "highest rate of rotary position, radians over the domain; 0 for no position")
      embedding = try reader.choice(
        "embedding", default: GridEmbedding.none,
        doc: "coordinates appended to the input: none, circle (cos, sin of 2πj/N), half-open (j/N), closed")
      activation = try reader.choice("activation", default: .gelu, doc: "nonlinearity")
    }
  }
}
