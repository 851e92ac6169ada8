import Autodiff
import Fields
import Layers

/// An operator transformer over all points of the grid, with spectral convolutions beside its attention; equations in
/// OFormer.md.
public struct OFormer: OperatorModel {
  public static let card = ModelCard(
    identifier: "oformer", title: "Operator transformer: attention integrals and spectral convolutions",
    citation:
      "Z. Li et al., Transformer for Partial Differential Equations' Operator Learning, TMLR 2023, "
      + "arXiv:2205.13671; J. Berner et al., arXiv:2506.10973; W. Meng et al., NaLaFormer, arXiv:2506.21137",
    dimensions: 1...3,
    smokeConfiguration:
      #"{"type": "oformer", "width": 12, "layers": 2, "heads": 2, "headWidth": 6, "modes": 6}"#)

  private let configuration: Configuration
  private let modes: [Int]?
  private let spacing: GridSpacing
  private let rotary: RotaryEmbedding?
  private let lifting: Linear
  private let blocks: [OFormerBlock]
  private let projection: Linear

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    self.configuration = configuration
    let d = signature.dimensions
    let (width, heads) = (configuration.width, configuration.heads)
    if configuration.headWidth == 0 && width % heads != 0 {
      throw ModelError.headsDoNotDivide(key: "heads", heads: heads, width: width)
    }
    let headWidth = configuration.headWidth == 0 ? width / heads : configuration.headWidth
    if configuration.rotaryFrequency > 0 {
      try RotaryEmbedding.check(
        headWidth: headWidth, dimensions: d, key: configuration.headWidth == 0 ? "heads" : "headWidth")
    }
    let modes = try perAxis(configuration.modes, key: "modes", dimensions: d)
    if let axis = modes.firstIndex(of: 0), modes.contains(where: { $0 > 0 }) {
      throw ModelError.modesOnSomeAxes(axis: axis)
    }
    self.modes = modes.contains(0) ? nil : modes
    spacing = GridSpacing(signature.axes)
    rotary =
      configuration.rotaryFrequency > 0
      ? RotaryEmbedding(
        headWidth: headWidth, placements: spacing.placements,
        highest: Array(repeating: configuration.rotaryFrequency, count: d)) : nil
    lifting = Linear(
      "lifting", inputs: signature.inputChannels + configuration.embedding.channels(dimensions: d),
      outputs: width, in: builder)
    let kept = self.modes
    blocks = (0..<configuration.layers).map { index in
      builder.scope("blocks.\(index)") {
        OFormerBlock(configuration, headWidth: headWidth, modes: kept, in: builder)
      }
    }
    projection = Linear("projection", inputs: width, outputs: signature.outputChannels, in: builder)
    try requireModes(on: signature.gridShape)
  }

  /// Refuses modes that the training grid does not have: their weights would never be used.
  private func requireModes(on grid: [Int]) throws {
    for (axis, (m, n)) in zip(modes ?? [], grid).enumerated() where m > n {
      throw ModelError.modesExceedGrid(axis: axis, modes: m, points: n, most: n, least: m)
    }
  }

  /// Any grid will do: on a coarser one the frequencies that exist keep their own weights.
  public func validate(grid: [Int]) throws {}

  public func callAsFunction(_ input: Variable) -> Variable {
    let (grid, precision) = (input.shape.grid, input.graph.precision)
    let weights = spacing.quadrature(grid, precision: precision)
    let rotation = rotary?(spacing.places(grid), precision: precision)
    var u = lifting(configuration.embedding(input))
    var map: SpectralMap?
    for block in blocks {
      map = block.map(grid: grid, precision: precision, sharing: map)
      u = block(u, map: map, weights: weights, rotation: rotation)
    }
    return projection(u)
  }
}
