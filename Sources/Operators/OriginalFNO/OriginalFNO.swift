import Autodiff
import Fields
import Layers
import Tensors

/// The Fourier neural operator as its paper's scripts of 2022 define it; equations in OriginalFNO.md.
public struct OriginalFNO: IncrementalModel {
  public static let card = ModelCard(
    identifier: "fno-original",
    title: "Fourier neural operator (original form: 1×1 skip, one projection network)",
    citation: "Z. Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, arXiv:2010.08895",
    dimensions: 1...3,
    smokeConfiguration:
      #"{"type": "fno-original", "modes": 4, "width": 8, "layers": 2, "projectionWidth": 16}"#)

  private struct Block {
    var spectral: SpectralConvolution
    var skip: Linear
  }

  private let embedding: GridEmbedding
  private let modes: [Int]
  private let padding: [Double]
  private let lifting: Linear
  private var blocks: [Block]
  private let projection: PointwiseNetwork

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    let d = signature.dimensions
    embedding = configuration.embedding
    modes = try perAxis(configuration.modes, key: "modes", dimensions: d)
    padding = try perAxis(configuration.padding, key: "padding", dimensions: d)
    let width = configuration.width
    lifting = Linear(
      "lifting", inputs: signature.inputChannels + embedding.channels(dimensions: d), outputs: width,
      in: builder)
    let modes = modes
    blocks = (0..<configuration.layers).map { index in
      builder.scope("blocks.\(index)") {
        Block(
          spectral: SpectralConvolution(
            "spectral", inputs: width, outputs: width, modes: modes, selection: .oneSided,
            initial: .positiveUniform(upper: 1 / Double(width * width)), forwardNormalized: false, in: builder
          ),
          skip: Linear("skip", inputs: width, outputs: width, in: builder))
      }
    }
    projection = PointwiseNetwork(
      "projection", inputs: width, hidden: configuration.projectionWidth, outputs: signature.outputChannels,
      in: builder)
    try requireModes(on: signature.gridShape)
  }

  public var spectralLayers: [SpectralConvolution] { blocks.map(\.spectral) }

  public func with(spectralLayers: [SpectralConvolution]) -> OriginalFNO {
    var model = self
    for (index, layer) in spectralLayers.enumerated() { model.blocks[index].spectral = layer }
    return model
  }

  /// Points added behind the end of each axis.
  private func margin(_ grid: [Int]) -> [Int] { zip(grid, padding).map { Int((Double($0) * $1).rounded()) } }

  /// Refuses modes that the training grid does not have: their weights would never be used.
  private func requireModes(on grid: [Int]) throws {
    let last = grid.count - 1
    for (axis, (m, pad)) in zip(modes, margin(grid)).enumerated() {
      let n = grid[axis] + pad
      let most = axis == last ? n / 2 + 1 : n / 2
      if m > most {
        throw ModelError.modesExceedGrid(
          axis: axis, modes: m, points: grid[axis], most: most, least: axis == last ? 2 * (m - 1) : 2 * m)
      }
    }
  }

  /// Any grid will do: on a coarser one the frequencies that exist keep their own weights.
  public func validate(grid: [Int]) throws {}

  public func callAsFunction(_ input: Variable) -> Variable {
    let grid = input.shape.grid
    let none = [Int](repeating: 0, count: grid.count)
    var x = lifting(embedding(input)).padded(before: none, after: margin(grid))
    let map = blocks[0].spectral.map(grid: x.shape.grid, precision: x.graph.precision)
    for (index, block) in blocks.enumerated() {
      x = x.spectralBlock(
        map, weight: block.spectral.weight, skip: block.skip.weight, bias: block.skip.bias,
        activation: index + 1 < blocks.count ? .gelu : .identity)
    }
    return projection(x.cropped(origin: none, grid: grid))
  }
}
