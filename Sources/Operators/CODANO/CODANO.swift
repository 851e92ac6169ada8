import Autodiff
import Fields
import Layers
import Tensors

/// The codomain attention neural operator: the variables of a system are tokens, and attention mixes these functions;
/// equations in CODANO.md.
public struct CODANO: OperatorModel {
  public static let card = ModelCard(
    identifier: "codano",
    title: "Codomain attention neural operator (the variables of a system are tokens)",
    citation:
      "M. A. Rahman et al., Pretraining Codomain Attention Neural Operators for Solving Multiphysics PDEs, "
      + "NeurIPS 2024, arXiv:2403.12553",
    dimensions: 1...3,
    smokeConfiguration: #"{"type": "codano", "modes": 6, "width": 8, "layers": 1}"#)

  private let configuration: Configuration
  private let modes: [Int]
  private let padding: [Double]
  private let variables: Int
  private let inputChannels: Int
  private let lifting: PointwiseNetwork
  private let blocks: [CodomainBlock]
  private let projection: PointwiseNetwork

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    self.configuration = configuration
    let d = signature.dimensions
    let modes = try perAxis(configuration.modes, key: "modes", dimensions: d)
    self.modes = modes
    padding = try perAxis(configuration.padding, key: "padding", dimensions: d)
    variables = signature.outputChannels
    inputChannels = signature.inputChannels
    let own = inputChannels - configuration.staticChannels
    guard own > 0, own % variables == 0 else {
      throw ModelError.variablesDiffer(
        key: "staticChannels", inputs: inputChannels, constant: configuration.staticChannels,
        variables: variables)
    }
    let width = configuration.width
    lifting = PointwiseNetwork(
      "lifting",
      inputs: own / variables + configuration.staticChannels + configuration.embedding.channels(dimensions: d)
        + (configuration.variableCodes ? variables : 0),
      hidden: configuration.liftingWidth, outputs: width, activation: configuration.activation, in: builder)
    blocks = (0..<configuration.layers).map { index in
      builder.scope("blocks.\(index)") { CodomainBlock(configuration, modes: modes, in: builder) }
    }
    projection = PointwiseNetwork(
      "projection", inputs: width, hidden: configuration.projectionWidth, outputs: 1,
      activation: configuration.activation, in: builder)
    try requireModes(on: signature.gridShape)
  }

  /// Points added on each side of each axis.
  private func margin(_ grid: [Int]) -> [Int] {
    zip(grid, padding).map { Int((Double($0) * $1).rounded(.toNearestOrEven)) }
  }

  /// Refuses modes that the training grid does not have: their weights would never be used.
  private func requireModes(on grid: [Int]) throws {
    for (axis, (m, (n, margin))) in zip(modes, zip(grid, margin(grid))).enumerated() where m > n + 2 * margin
    {
      throw ModelError.modesExceedGrid(axis: axis, modes: m, points: n, most: n + 2 * margin, least: m)
    }
  }

  /// Any grid will do: on a coarser one the frequencies that exist keep their own weights.
  public func validate(grid: [Int]) throws {}

  /// Channels of each token, of the input with the coordinates behind it and then, for codes, a one and a zero: a
  /// variable's own frames, what all share, and its code.
  private func groups(dimensions: Int) -> [[Int]] {
    let frames = (inputChannels - configuration.staticChannels) / variables
    let own = frames * variables
    let shared = inputChannels + configuration.embedding.channels(dimensions: dimensions)
    return (0..<variables).map { variable in
      (0..<frames).map { $0 * variables + variable } + Array(own..<shared)
        + (configuration.variableCodes ? (0..<variables).map { $0 == variable ? shared : shared + 1 } : [])
    }
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    let grid = input.shape.grid
    var field = configuration.embedding(input)
    if configuration.variableCodes {
      let codes = HostBuffer(count: 2 * input.shape.points, precision: input.graph.precision)
      for point in 0..<input.shape.points { (codes[2 * point], codes[2 * point + 1]) = (1, 0) }
      field = field.appending(gridConstants: codes, count: 2)
    }
    let margin = margin(grid)
    var x = lifting(field.separated(groups(dimensions: grid.count))).padded(before: margin, after: margin)
    let map = blocks[0].map(x)
    for block in blocks {
      x = block(x, variables: variables, map: map, activation: configuration.activation)
    }
    return projection(x.cropped(origin: margin, grid: grid)).joined(variables)
  }
}
