import Configuration
import Layers

extension FNO {
  /// Settings of ``FNO``; defaults are those of neuraloperator 2.0.
  public struct Configuration: ModelConfiguration {
    /// Kept modes per axis, both signs counted; the last axis keeps ⌊m/2⌋ + 1.
    public var modes: [Int]
    public var width: Int
    public var layers: Int
    public var liftingRatio: Double
    public var projectionRatio: Double
    public var mlpRatio: Double
    public var embedding: GridEmbedding
    /// Fraction of the domain added as zeros on both sides of each axis.
    public var padding: [Double]

    public init(from reader: ConfigReader) throws {
      modes = try reader.ints(
        "modes", default: [16], each: 1...4096,
        doc:
          "kept Fourier modes per axis, positive and negative together; one number for all axes or one per axis"
      )
      width = try reader.int("width", default: 32, in: 1...4096, doc: "hidden channels")
      layers = try reader.int("layers", default: 4, in: 1...64, doc: "Fourier layers")
      liftingRatio = try reader.double(
        "liftingRatio", default: 2, in: 0...64, exclusiveMinimum: 0,
        doc: "hidden channels of the lifting over width")
      projectionRatio = try reader.double(
        "projectionRatio", default: 2, in: 0...64, exclusiveMinimum: 0,
        doc: "hidden channels of the projection over width")
      mlpRatio = try reader.double(
        "mlpRatio", default: 0.5, in: 0...64, exclusiveMinimum: 0,
        doc: "hidden channels of each block's channel network over width")
      embedding = try reader.choice(
        "embedding", default: .halfOpen,
        doc: "coordinates appended to the input: half-open (j/N), closed, none")
      padding = try reader.doubles(
        "padding", default: [0], each: 0...1,
        doc: "fraction of the domain padded with zeros on both sides; one number or one per axis")
    }
  }
}
