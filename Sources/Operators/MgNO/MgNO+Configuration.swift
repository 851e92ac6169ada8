import Autodiff
import Configuration
import Layers
import Tensors

extension MgNO {
  /// Settings of ``MgNO``; defaults are those of the paper's rough Darcy problem.
  public struct Configuration: ModelConfiguration {
    /// What a level hands to the coarser one as its right-hand side.
    public enum Restriction: String, Sendable, CaseIterable {
      /// R f, as the authors' code does.
      case field
      /// R (f − A u), as the paper's algorithm says; one more A per level.
      case residual
    }
    /// What a coarser level starts from.
    public enum CoarseStart: String, Sendable, CaseIterable {
      /// Π u
      case projected
      case zero
    }
    /// How the transposed convolutions continue a field.
    public enum UpPadding: String, Sendable, CaseIterable {
      /// As all others on periodic grids; zeros elsewhere, for a transposed convolution knows no mirror.
      case exact
      /// Zeros always, as the authors' code does.
      case zero
    }
    /// Layer norm over channels and grid, with a scale and a shift for every channel and point: a bias that is a
    /// function.
    public enum Norm: String, Sendable, CaseIterable {
      case none
      /// On each level, behind the correction from the coarser one.
      case level
      /// In front of each layer's activation.
      case layer
    }
    /// The map from the last layer to the output.
    public enum Projection: String, Sendable, CaseIterable {
      /// One matrix at every point, without bias.
      case linear
      /// One more V-cycle.
      case cycle
    }

    /// Iterations of each level on the way down, finest first; there are as many levels.
    public var iterations: [Int]
    /// Iterations of each level but the coarsest on the way up, finest first.
    public var postIterations: [Int]
    public var width: Int
    public var layers: Int
    public var padding: Boundary
    public var transferPadding: Bool
    public var upPadding: UpPadding
    public var upKernels: [Int]
    public var widening: Bool
    public var convolutionBias: Bool
    public var norm: Norm
    public var skip: Bool
    public var residual: Bool
    public var restriction: Restriction
    public var coarseStart: CoarseStart
    public var projection: Projection
    public var activation: Activation

    public var levels: Int { iterations.count }

    public init(from reader: ConfigReader) throws {
      iterations = try reader.ints(
        "iterations", default: [1, 1, 1, 1, 1, 2], each: 1...16,
        doc: "iterations of each level on the way down, finest first; as many levels as numbers")
      postIterations = try reader.ints(
        "postIterations", default: [0], each: 0...16,
        doc: "iterations of each level but the coarsest on the way up; one number or one per level but one")
      width = try reader.int("width", default: 24, in: 1...4096, doc: "hidden channels")
      layers = try reader.int(
        "layers", default: 4, in: 1...64, doc: "V-cycles with an activation behind each")
      padding = try reader.choice(
        "padding", default: .zero, doc: "what convolutions see beyond the grid: zero, periodic, reflect")
      transferPadding = try reader.bool(
        "transferPadding", default: true,
        doc: "pad convolutions between levels too; false: levels lose their border")
      upPadding = try reader.choice(
        "upPadding", default: UpPadding.exact,
        doc: "transposed convolutions: exact (periodic if padding is) or zero, as the authors' code")
      upKernels = try reader.ints(
        "upKernels", default: [4], each: 3...4,
        doc: "kernels of the transposed convolutions, finest first; one number or one per level but one")
      widening = try reader.bool("widening", default: false, doc: "width·(l + 1) channels on level l")
      convolutionBias = try reader.bool(
        "convolutionBias", default: false, doc: "biases of the smoothing convolutions")
      norm = try reader.choice(
        "norm", default: Norm.none,
        doc:
          "layer norm with a scale and shift per channel and point: none, level, layer; ties the model to a grid"
      )
      skip = try reader.bool("skip", default: true, doc: "a linear map of the channels beside each V-cycle")
      residual = try reader.bool("residual", default: false, doc: "add the input to the output")
      restriction = try reader.choice(
        "restriction", default: Restriction.field,
        doc: "what goes to the coarser level: field (the authors' code) or residual (the paper)")
      coarseStart = try reader.choice(
        "coarseStart", default: CoarseStart.projected,
        doc: "what coarser levels start from: projected or zero")
      projection = try reader.choice(
        "projection", default: Projection.linear, doc: "the last map: linear, or cycle for one more V-cycle")
      activation = try reader.choice("activation", default: .gelu, doc: "nonlinearity")
    }
  }
}
