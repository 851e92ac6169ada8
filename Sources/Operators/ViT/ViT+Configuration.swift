import Configuration
import Layers
import Tensors

extension ViT {
  /// Settings of ``ViT``.
  public struct Configuration: ModelConfiguration {
    /// What a token knows of the place of its patch.
    public enum Position: String, Sendable, CaseIterable {
      /// Sines and cosines of the patch's centre, beside its moments.
      case fourier
      /// Scores depend on the difference of places.
      case rotary
      case none
    }

    /// Patches per axis.
    public var patches: [Int]
    /// Knots per axis of a patch's kernels.
    public var knots: Int
    public var width: Int
    public var layers: Int
    public var heads: Int
    public var mlpRatio: Double
    public var position: Position
    /// Waves over the domain of ``Position/fourier``, per axis.
    public var positionModes: Int
    /// Fields that the tokens are decoded to.
    public var decoderWidth: Int
    public var projectionWidth: Int
    /// Whether the last network also sees the input at its point.
    public var skip: Bool
    public var activation: Activation

    public init(from reader: ConfigReader) throws {
      patches = try reader.ints(
        "patches", default: [8], each: 1...4096,
        doc: "patches per axis, parts of the domain; one number or one per axis")
      knots = try reader.int(
        "knots", default: 4, in: 2...64,
        doc: "knots per axis of the splines that a patch is read and written with")
      width = try reader.int("width", default: 96, in: 1...4096, doc: "channels of a token; heads divide it")
      layers = try reader.int("layers", default: 4, in: 1...64, doc: "transformer layers")
      heads = try reader.int("heads", default: 4, in: 1...256, doc: "attention heads")
      mlpRatio = try reader.double(
        "mlpRatio", default: 2, in: 0...64, exclusiveMinimum: 0,
        doc: "hidden channels of each layer's network over width")
      position = try reader.choice(
        "position", default: Position.fourier,
        doc: "what tokens know of their place: fourier, rotary (differences only), none")
      positionModes = try reader.int(
        "positionModes", default: 4, in: 1...64, doc: "waves per axis of the fourier position")
      decoderWidth = try reader.int(
        "decoderWidth", default: 32, in: 1...4096, doc: "spline fields that the tokens are decoded to")
      projectionWidth = try reader.int(
        "projectionWidth", default: 64, in: 1...65536, doc: "hidden channels of the last network")
      skip = try reader.bool(
        "skip", default: true, doc: "give the last network the input at its point besides the decoded fields")
      activation = try reader.choice("activation", default: .gelu, doc: "nonlinearity")
    }
  }
}
