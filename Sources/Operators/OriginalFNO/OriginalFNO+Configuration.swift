import Configuration
import Layers

extension OriginalFNO {
  /// Settings of ``OriginalFNO``; defaults are those of the paper's scripts for 1-D problems.
  public struct Configuration: ModelConfiguration {
    /// Kept modes per axis, one sign counted: frequencies 0 … m − 1, and −m … −1 on all axes but the last.
    public var modes: [Int]
    public var width: Int
    public var layers: Int
    public var projectionWidth: Int
    public var embedding: GridEmbedding
    /// Fraction of the domain added as zeros behind the end of each axis.
    public var padding: [Double]

    public init(from reader: ConfigReader) throws {
      modes = try reader.ints(
        "modes", default: [16], each: 1...2048,
        doc: "kept Fourier modes per axis, one sign counted; one number for all axes or one per axis")
      width = try reader.int("width", default: 64, in: 1...4096, doc: "hidden channels")
      layers = try reader.int("layers", default: 4, in: 1...64, doc: "Fourier layers")
      projectionWidth = try reader.int(
        "projectionWidth", default: 128, in: 1...65536, doc: "hidden channels of the projection")
      embedding = try reader.choice(
        "embedding", default: .closed,
        doc: "coordinates appended to the input: closed (j/(N-1)), half-open, circle (cos, sin 2πj/N), none")
      padding = try reader.doubles(
        "padding", default: [0], each: 0...1,
        doc: "fraction of the domain padded with zeros behind the end; one number or one per axis")
    }
  }
}
