import Configuration
import Layers

extension LSM {
  /// Settings of ``LSM``; defaults are those of the paper's Darcy problem, with physical patches.
  public struct Configuration: ModelConfiguration {
    public var width: Int
    /// Grids of the trunk, each with half the points of the one before.
    public var scales: Int
    /// Points of a patch per axis, on every scale; empty for 2^(scales − 1) patches per axis on the finest.
    public var patch: [Int]
    /// Fraction of the domain added as zeros behind the end of each axis.
    public var padding: [Double]
    public var tokens: Int
    public var heads: Int
    public var harmonics: Int
    public var projectionWidth: Int
    public var embedding: GridEmbedding

    public init(from reader: ConfigReader) throws {
      width = try reader.int(
        "width", default: 64, in: 1...4096, doc: "channels on the finest scale; heads divide it")
      scales = try reader.int(
        "scales", default: 5, in: 2...12, doc: "grids, each with half the points of the one before")
      patch = try reader.ints(
        "patch", default: [], each: 1...4096, allowsEmpty: true,
        doc:
          "points of a patch per axis on every scale, as published; unless given, patches are parts of the domain: "
          + "2^(scales - 1) per axis on the finest scale, one on the coarsest")
      padding = try reader.doubles(
        "padding", default: [0], each: 0...1,
        doc: "fraction of the domain padded with zeros behind the end; one number or one per axis")
      tokens = try reader.int("tokens", default: 4, in: 1...1024, doc: "latent tokens of a patch")
      heads = try reader.int(
        "heads", default: 8, in: 1...256, doc: "parts of the channels with scores of their own")
      harmonics = try reader.int(
        "harmonics", default: 12, in: 2...64,
        doc: "sines and cosines of each latent number, the constant included")
      projectionWidth = try reader.int(
        "projectionWidth", default: 128, in: 1...65536, doc: "hidden channels of the projection")
      embedding = try reader.choice(
        "embedding", default: .closed,
        doc: "coordinates appended to the input: closed (j/(N-1)), half-open, circle (cos, sin 2πj/N), none")
    }
  }
}
