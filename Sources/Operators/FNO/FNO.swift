import Autodiff
import Fields
import Layers
import Tensors

/// The Fourier neural operator in the form of today's neuraloperator library; equations in FNO.md.
public struct FNO: OperatorModel {
  public static let card = ModelCard(
    identifier: "fno",
    title: "Fourier neural operator (neuraloperator 2 form: channel networks, soft gating)",
    citation: "Z. Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, arXiv:2010.08895",
    dimensions: 1...3,
    smokeConfiguration: #"{"type": "fno", "modes": 6, "width": 8, "layers": 2}"#)

  private struct Block {
    var spectral: SpectralConvolution
    var bias: Parameter
    var skip: Linear
    var network: PointwiseNetwork
    var gate: Parameter
  }

  private let configuration: Configuration
  private let modes: [Int]
  private let padding: [Double]
  private let lifting: PointwiseNetwork
  private let blocks: [Block]
  private let projection: PointwiseNetwork

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    self.configuration = configuration
    let d = signature.dimensions
    modes = try perAxis(configuration.modes, key: "modes", dimensions: d)
    padding = try perAxis(configuration.padding, key: "padding", dimensions: d)
    let width = configuration.width
    // Channel counts round as the reference does: lifting and projection down, the channel network half to even.
    lifting = PointwiseNetwork(
      "lifting", inputs: signature.inputChannels + configuration.embedding.channels(dimensions: d),
      hidden: max(1, Int(configuration.liftingRatio * Double(width))), outputs: width, in: builder)
    let hidden = max(1, Int((configuration.mlpRatio * Double(width)).rounded(.toNearestOrEven)))
    let deviation = (2 / Double(2 * width)).squareRoot()
    let modes = modes
    blocks = (0..<configuration.layers).map { index in
      builder.scope("blocks.\(index)") {
        Block(
          spectral: SpectralConvolution(
            "spectral", inputs: width, outputs: width, modes: modes, selection: .twoSided,
            initial: .normal(deviation: deviation), forwardNormalized: true, in: builder),
          bias: builder.parameter("spectral.bias", shape: [width], initial: .normal(deviation: deviation)),
          skip: Linear("skip", inputs: width, outputs: width, hasBias: false, in: builder),
          network: PointwiseNetwork("network", inputs: width, hidden: hidden, outputs: width, in: builder),
          gate: builder.parameter("network.gate", shape: [width], initial: .ones))
      }
    }
    projection = PointwiseNetwork(
      "projection", inputs: width, hidden: max(1, Int(configuration.projectionRatio * Double(width))),
      outputs: signature.outputChannels, in: builder)
  }

  /// Points added on each side of each axis: round half to even, as the reference.
  private func margin(_ grid: [Int]) -> [Int] {
    zip(grid, padding).map { Int((Double($0) * $1).rounded(.toNearestOrEven)) }
  }

  public func validate(grid: [Int]) throws {
    let padded = zip(grid, margin(grid)).map { $0 + 2 * $1 }
    for (axis, (m, n)) in zip(modes, padded).enumerated() where m > n {
      throw ModelError.modesExceedGrid(
        axis: axis, modes: m, points: grid[axis], most: n, least: m)
    }
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    let grid = input.shape.grid
    let margin = margin(grid)
    var x = lifting(configuration.embedding(input)).padded(before: margin, after: margin)
    let map = blocks[0].spectral.map(grid: x.shape.grid, precision: x.graph.precision)
    for (index, block) in blocks.enumerated() {
      let activation: Activation = index + 1 < blocks.count ? .gelu : .identity
      let z = x.spectralBlock(
        map, weight: block.spectral.weight, skip: block.skip.weight, bias: block.bias, activation: activation)
      x = block.network(z, plus: (x, block.gate), outputActivation: activation)
    }
    return projection(x.cropped(origin: margin, grid: grid))
  }
}
