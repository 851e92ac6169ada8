import Autodiff
import Configuration
import Layers
import Tensors

extension CODANO {
  /// Settings of ``CODANO``.
  public struct Configuration: ModelConfiguration {
    public enum Norm: String, Sendable, CaseIterable {
      case none
      /// Each channel of each variable over its grid, with scale and shift.
      case instance
    }

    /// Kept modes per axis, both signs counted; the last axis keeps ⌊m/2⌋ + 1.
    public var modes: [Int]
    /// Channels of a token.
    public var width: Int
    public var layers: Int
    public var heads: Int
    public var temperature: Double
    /// Hidden channels of lifting, projection and the mixers' channel networks.
    public var liftingWidth: Int
    public var projectionWidth: Int
    public var networkWidth: Int
    public var embedding: GridEmbedding
    /// Last input channels, which every variable sees: a coefficient or a mask, say.
    public var staticChannels: Int
    public var variableCodes: Bool
    /// Fraction of the domain added as zeros to each axis, on each of its sides.
    public var padding: [Double]
    public var activation: Activation
    public var norm: Norm

    public init(from reader: ConfigReader) throws {
      modes = try reader.ints(
        "modes", default: [16], each: 1...4096,
        doc:
          "kept Fourier modes per axis, positive and negative together; one number for all axes or one per axis"
      )
      width = try reader.int("width", default: 32, in: 1...4096, doc: "channels of each variable's token")
      layers = try reader.int("layers", default: 4, in: 1...64, doc: "codomain attention layers")
      heads = try reader.int(
        "heads", default: 1, in: 1...64, doc: "attention heads, each with operators of full width")
      temperature = try reader.double(
        "temperature", default: 1, in: 1e-6...1e6, doc: "divides the scores of the attention")
      liftingWidth = try reader.int(
        "liftingWidth", default: 64, in: 1...65_536, doc: "hidden channels of the lifting")
      projectionWidth = try reader.int(
        "projectionWidth", default: 64, in: 1...65_536, doc: "hidden channels of the projection")
      networkWidth = try reader.int(
        "networkWidth", default: 32, in: 1...65_536, doc: "hidden channels of the mixers' channel networks")
      embedding = try reader.choice(
        "embedding", default: .halfOpen,
        doc: "coordinates appended to each variable: half-open (j/N), closed, circle (cos, sin 2πj/N), none")
      staticChannels = try reader.int(
        "staticChannels", default: 0, in: 0...4096,
        doc: "how many of the last input channels are no variables, but seen by each of them")
      variableCodes = try reader.bool(
        "variableCodes", default: true,
        doc:
          "tell the variables apart by a code of each; without, permuting the variables permutes the result, and weights do not depend on their number"
      )
      padding = try reader.doubles(
        "padding", default: [0], each: 0...1,
        doc: "fraction of the domain padded with zeros on each side; one number or one per axis")
      activation = try reader.choice("activation", default: .gelu, doc: "nonlinearity")
      norm = try reader.choice(
        "norm", default: Norm.instance,
        doc: "normalisation in the layers: instance (as published; takes out each function's scale) or none")
    }
  }
}
