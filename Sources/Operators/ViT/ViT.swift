import Autodiff
import Fields
import Foundation
import Layers

/// A vision transformer as an operator: patches are parts of the domain, read by integrals against splines and written as
/// splines; equations in ViT.md.
public struct ViT: OperatorModel {
  public static let card = ModelCard(
    identifier: "vit", title: "Vision transformer with patches as integrals over parts of the domain",
    citation:
      "A. Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021, arXiv:2010.11929; J. Berner et al., "
      + "arXiv:2506.10973 (transformers as operators)",
    dimensions: 1...3,
    smokeConfiguration: """
      {"type": "vit", "patches": 4, "knots": 2, "width": 16, "layers": 2, "heads": 2, "positionModes": 2, \
      "decoderWidth": 8, "projectionWidth": 16}
      """)

  private let configuration: Configuration
  private let places: PatchPlaces
  private let placements: [PointPlacement]
  private let rotary: RotaryEmbedding?
  private let embedding: Linear
  private let blocks: [TransformerBlock]
  private let norm: Normalization
  private let decoding: Linear
  private let projection: PointwiseNetwork

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    self.configuration = configuration
    let d = signature.dimensions
    let (width, heads, knots) = (configuration.width, configuration.heads, configuration.knots)
    if width % heads != 0 { throw ModelError.headsDoNotDivide(key: "heads", heads: heads, width: width) }
    if configuration.position == .rotary {
      try RotaryEmbedding.check(headWidth: width / heads, dimensions: d, key: "heads")
    }
    let patches = try perAxis(configuration.patches, key: "patches", dimensions: d)
    placements = GridSpacing(signature.axes).placements
    places = PatchPlaces(patches: patches, knots: knots, placements: placements)
    // The fastest pair turns by half a circle from patch to patch.
    rotary =
      configuration.position == .rotary
      ? RotaryEmbedding(
        headWidth: width / heads, placements: placements, highest: patches.map { .pi * Double($0) }) : nil
    let perPatch = Array(repeating: knots, count: d).reduce(1, *)
    let features =
      configuration.position == .fourier
      ? PatchPlaces.featureCount(modes: configuration.positionModes, dimensions: d) : 0
    embedding = Linear(
      "embedding", inputs: perPatch * signature.inputChannels + features, outputs: width, in: builder)
    blocks = (0..<configuration.layers).map { index in
      builder.scope("blocks.\(index)") { TransformerBlock(configuration, in: builder) }
    }
    norm = Normalization("norm", channels: width, over: .point(groups: 1), in: builder)
    decoding = Linear(
      "decoding", inputs: width, outputs: perPatch * configuration.decoderWidth, in: builder)
    projection = PointwiseNetwork(
      "projection",
      inputs: configuration.decoderWidth + (configuration.skip ? signature.inputChannels : 0),
      hidden: configuration.projectionWidth, outputs: signature.outputChannels,
      activation: configuration.activation, in: builder)
  }

  public func validate(grid: [Int]) throws {
    for (axis, knots) in places.splines.knots.enumerated()
    where placements[axis].intervals(of: grid[axis]) < knots {
      throw ModelError.patchUnresolved(key: "patches", axis: axis, points: grid[axis], knots: knots)
    }
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    let (grid, precision) = (input.shape.grid, input.graph.precision)
    let size = grid.map { _ in configuration.knots }
    let splines = places.splines
    var patch = input.moments(of: splines).patchified(size)
    if configuration.position == .fourier {
      let modes = configuration.positionModes
      patch = patch.appending(
        gridConstants: places.features(modes: modes, precision),
        count: PatchPlaces.featureCount(modes: modes, dimensions: grid.count))
    }
    let weights = places.weights(precision)
    let rotation = rotary?(places.centres, precision: precision)
    let tokens = blocks.reduce(embedding(patch)) { $1($0, weights: weights, rotation: rotation) }
    let fields = decoding(norm(tokens)).unpatchified(size).values(of: splines, on: grid)
    return projection(configuration.skip ? fields.concatenated(with: input) : fields)
  }
}
