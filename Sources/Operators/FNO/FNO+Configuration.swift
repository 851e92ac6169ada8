import Autodiff
import Configuration
import Layers
import Tensors

extension FNO {
  /// Settings of ``FNO``; defaults are those of neuraloperator 2.0.
  public struct Configuration: ModelConfiguration {
    /// Where padding is added.
    public enum PaddingSides: String, Sendable, CaseIterable {
      case both
      /// Behind the end of each axis only, as the original FNO.
      case end
    }
    /// What convolutions see beyond the ends of the domain.
    public enum Beyond: String, Sendable, CaseIterable {
      /// The domain again, on every axis.
      case periodic
      /// The mirrored field on axes that are not periodic.
      case mirrored
    }
    public enum Norm: String, Sendable, CaseIterable {
      case none
      /// Each channel of each sample over its grid, without parameters.
      case instance
      /// All channels of each sample over the grid, with a scale and a shift per channel.
      case group
    }
    public enum Stabilizer: String, Sendable, CaseIterable {
      case none
      /// tanh before each spectral convolution.
      case tanh
    }

    /// Kept modes per axis, both signs counted; the last axis keeps ⌊m/2⌋ + 1.
    public var modes: [Int]
    public var width: Int
    public var layers: Int
    public var liftingRatio: Double
    public var projectionRatio: Double
    public var mlpRatio: Double
    public var embedding: GridEmbedding
    /// Fraction of the domain added as zeros to each axis, on each of its sides.
    public var padding: [Double]
    public var paddingSides: PaddingSides
    public var continuation: Beyond
    public var activation: Activation
    public var preactivation: Bool
    /// Normalisation of the results of convolution and channel network; with pre-activation of their inputs.
    public var norm: Norm
    /// Path around the spectral convolution.
    public var skip: Skip.Kind
    /// Path around the channel network.
    public var networkSkip: Skip.Kind
    public var separable: Bool
    public var stabilizer: Stabilizer
    /// On leading axes with an odd number of points, frequency k of each convolution's result stands at k − 1.
    public var shiftsOddAxes: Bool
    /// Points of a layer's output over those of its input, per layer.
    public var scaling: [Double]

    public init(from reader: ConfigReader) throws {
      modes = try reader.ints(
        "modes", default: [16], each: 1...4096,
        doc:
          "kept Fourier modes per axis, positive and negative together; one number for all axes or one per axis"
      )
      width = try reader.int("width", default: 32, in: 1...4096, doc: "hidden channels")
      layers = try reader.int("layers", default: 4, in: 1...64, doc: "Fourier layers")
      liftingRatio = try reader.double(
        "liftingRatio", default: 2, in: 0...64,
        doc: "hidden channels of the lifting over width; 0 for one linear map")
      projectionRatio = try reader.double(
        "projectionRatio", default: 2, in: 0...64, exclusiveMinimum: 0,
        doc: "hidden channels of the projection over width")
      mlpRatio = try reader.double(
        "mlpRatio", default: 0.5, in: 0...64,
        doc: "hidden channels of each block's channel network over width; 0 for no channel network")
      embedding = try reader.choice(
        "embedding", default: .halfOpen,
        doc: "coordinates appended to the input: half-open (j/N), closed, circle (cos, sin of 2πj/N), none")
      padding = try reader.doubles(
        "padding", default: [0], each: 0...1,
        doc: "fraction of the domain padded with zeros on a side; one number or one per axis")
      paddingSides = try reader.choice(
        "paddingSides", default: .both, doc: "both sides of each axis, or its end alone")
      continuation = try reader.choice(
        "continuation", default: .periodic,
        doc:
          "what convolutions see beyond the ends of axes that are not periodic: the domain again (periodic) or its "
          + "mirror image (mirrored), for which modes count waves of twice the domain")
      activation = try reader.choice("activation", default: .gelu, doc: "nonlinearity")
      preactivation = try reader.bool(
        "preactivation", default: false, doc: "activation before each layer instead of behind it")
      norm = try reader.choice(
        "norm", default: Norm.none, doc: "normalisation in each layer: none, instance or group (one group)")
      skip = try reader.choice(
        "skip", default: .linear,
        doc: "path around the spectral convolution: linear, soft-gating, identity, none")
      networkSkip = try reader.choice(
        "mlpSkip", default: .softGating,
        doc: "path around the channel network: linear, soft-gating, identity, none")
      separable = try reader.bool(
        "separable", default: false, doc: "one number per mode and channel instead of a matrix per mode")
      stabilizer = try reader.choice(
        "stabilizer", default: Stabilizer.none, doc: "tanh bounds the input of each spectral convolution")
      shiftsOddAxes = try reader.bool(
        "shiftsOddAxes", default: false,
        doc: "on odd grids move frequencies by one, as neuraloperator up to 2.0.0 does; for its models only")
      scaling = try reader.doubles(
        "scaling", default: [1], each: 0.01...100,
        doc: "points of each layer's output over those of its input; one number or one per layer, product 1")
    }

    /// A normalisation of the layers; nil without.
    func normalization(_ name: String, in builder: ParameterBuilder) -> Normalization? {
      switch norm {
      case .none: return nil
      case .instance:
        return Normalization(name, channels: width, over: .group(width), hasAffine: false, in: builder)
      case .group: return Normalization(name, channels: width, over: .group(1), in: builder)
      }
    }

    /// Hidden channels of the channel networks; nil without them.
    var networkWidth: Int? {
      mlpRatio == 0 ? nil : max(1, Int((mlpRatio * Double(width)).rounded(.toNearestOrEven)))
    }
  }
}
