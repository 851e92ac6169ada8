import Configuration
import Layers

extension UNO {
  /// Settings of ``UNO``; defaults are those of the paper's Darcy network (UNO_9 of its scripts).
  public struct Configuration: ModelConfiguration {
    public var width: Int
    /// Channels of each block's output over the width.
    public var multipliers: [Int]
    /// Points of each block's output over those of the padded input; the last block ends on the input's grid.
    public var scales: [Double]
    /// Kept modes of each block on every axis, one sign counted.
    public var modes: [Int]
    /// Blocks with instance norm.
    public var norms: [Int]
    public var embedding: GridEmbedding
    /// Fraction of the domain added as zeros behind the end of each axis.
    public var padding: [Double]

    public init(from reader: ConfigReader) throws {
      width = try reader.int("width", default: 32, in: 2...4096, doc: "channels at full resolution")
      multipliers = try reader.ints(
        "multipliers", default: [2, 4, 4, 2, 1], each: 1...64,
        doc: "channels of each block's output over width; the number of entries is the number of blocks")
      scales = try reader.doubles(
        "scales", default: [0.5, 0.25, 0.25, 0.5], each: 0.01...1,
        doc: "points of each block's output over those of the input, for all blocks but the last")
      modes = try reader.ints(
        "modes", default: [18, 8, 8, 8, 18], each: 1...2048,
        doc: "kept modes of each block on every axis, one sign counted; one number, or one per block")
      norms = try reader.ints(
        "norms", default: [1, 3], each: 0...63, allowsEmpty: true,
        doc: "numbers of the blocks, from 0, with instance norm (each channel over its grid, scale and shift)"
      )
      embedding = try reader.choice(
        "embedding", default: .closed,
        doc: "coordinates appended to the input: closed (j/(N-1)), half-open, circle (cos, sin 2πj/N), none")
      padding = try reader.doubles(
        "padding", default: [0], each: 0...1,
        doc: "fraction of the domain padded with zeros behind the end; one number or one per axis")
    }
  }
}
