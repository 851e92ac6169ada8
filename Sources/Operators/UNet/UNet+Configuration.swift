import Autodiff
import Configuration
import Fields
import Layers
import Tensors

extension UNet {
  /// Settings of ``UNet``; defaults are those of NNs-to-NOs but for width and kernel.
  public struct Configuration: ModelConfiguration {
    /// What convolutions take the field to be outside its grid.
    public enum Outside: String, Sendable, CaseIterable {
      /// As the data's axes say: periodic, or zero.
      case data
      /// Zero on all axes, as the reference.
      case zero
    }

    /// How a field is carried to the next level.
    public enum Thinning: String, Sendable, CaseIterable {
      /// By a convolution with stride 2.
      case strided
      /// By pooling: the mean around every second point, without parameters.
      case mean
    }

    public var width: Int
    /// Factor of the channels at each level over those of the level above it.
    public var multipliers: [Int]
    /// Residual blocks at each level on the way down; one more on the way up.
    public var blocks: Int
    public var kernel: Int
    public var thinning: Thinning
    public var activation: Activation
    public var norm: Bool
    public var embedding: GridEmbedding
    public var outside: Outside
    public var kernelInterpolation: KernelInterpolation

    public init(from reader: ConfigReader) throws {
      width = try reader.int("width", default: 32, in: 1...4096, doc: "channels at full resolution")
      multipliers = try reader.ints(
        "multipliers", default: [1, 2, 2, 3], each: 1...16,
        doc:
          "channels of each level over those of the level above; the number of entries is the number of levels"
      )
      let widest = multipliers.reduce(Double(width)) { $0 * Double($1) }
      guard multipliers.count <= 16, widest <= 65_536 else {
        throw reader.fail(
          "multipliers",
          "\(multipliers.count) levels with \(Int(min(widest, 1e15))) channels on the last are too many",
          fix: "use at most 16 levels, and multipliers whose product times width is at most 65,536")
      }
      blocks = try reader.int(
        "blocks", default: 2, in: 1...16,
        doc: "residual blocks of each level on the way down; one more on the way up")
      kernel = try reader.int(
        "kernel", default: 3, in: 1...63, doc: "extent of the convolutions' kernels on every axis, in points")
      thinning = try reader.choice(
        "thinning", default: Thinning.strided,
        doc:
          "from level to level: strided (a convolution), mean (pooling by an integral over two of the training grid's "
          + "spacings on either side, where kernelInterpolation is not none)")
      activation = try reader.choice("activation", default: .gelu, doc: "nonlinearity")
      norm = try reader.bool(
        "norm", default: true, doc: "normalise channels and grid of each sample (group norm with one group)")
      embedding = try reader.choice(
        "embedding", default: .halfOpen,
        doc: "coordinates appended to the input: half-open (j/N), closed, circle (cos, sin of 2πj/N), none")
      outside = try reader.choice(
        "outside", default: Outside.data,
        doc: "continuation of fields: data (periodic or zero, as its axes), zero")
      kernelInterpolation = try reader.choice(
        "kernelInterpolation", default: KernelInterpolation.unchanged,
        doc:
          "kernels on other grids than the training grid: none (the same taps), linear (functions through the taps), "
          + "dilated (the taps stay where they are)")
    }

    /// The continuation of each axis.
    func boundaries(_ axes: [GridAxis]) -> [Boundary] {
      axes.map { outside == .data && $0.boundary == .periodic ? .periodic : .zero }
    }
  }
}
