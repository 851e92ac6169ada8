import Autodiff
import Fields
import Layers

/// The multi-grid tensorised Fourier neural operator: a TFNO applied patch by patch; equations in MGTFNO.md.
public struct MGTFNO: OperatorModel {
  public static let card = ModelCard(
    identifier: "mg-tfno",
    title: "Multi-grid tensorised FNO (patches with coarser surroundings)",
    citation:
      "J. Kossaifi et al., Multi-Grid Tensorized Fourier Neural Operator, TMLR 2024, arXiv:2310.00120",
    dimensions: 1...3,
    smokeConfiguration:
      #"{"type": "mg-tfno", "modes": 6, "width": 8, "layers": 2, "rank": 0.3, "patchPadding": 0.125}"#)

  /// A network, and how often the data's grid is halved to the one that it works on.
  private struct Stage {
    var halvings: Int
    var network: FourierNetwork
  }

  private let embedding: GridEmbedding
  private let spacing: GridSpacing
  private let cutting: Cutting
  /// From the coarsest grid to the data's own; the latter alone where surroundings are windows.
  private let stages: [Stage]

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    embedding = configuration.network.embedding
    spacing = GridSpacing(signature.axes)
    let cutting = try Cutting(configuration, signature)
    self.cutting = cutting
    try cutting.requireDivision(of: signature.gridShape)
    var stages = try (0...cutting.coarsest).reversed().map { halvings in
      let patches = cutting.patches(signature.gridShape, halvings: halvings)
      let part = configuration.part(of: signature, halvings: halvings)
      let network = try MGTFNO.scoped(halvings, in: builder) {
        try FourierNetwork(
          configuration.network(part, window: patches.window, halvings: halvings),
          factorization: configuration.weights, signature: part, builder: builder, derivesWeights: false)
      }
      return Stage(halvings: halvings, network: network)
    }
    for index in stages.indices {
      MGTFNO.scoped(stages[index].halvings, in: builder) { stages[index].network.deriveWeights(in: builder) }
    }
    self.stages = stages
    try validate(grid: signature.gridShape)
    for stage in stages { try requireModes(of: stage, on: signature.gridShape) }
  }

  /// Coarser networks have names of their own.
  private static func scoped<R>(
    _ halvings: Int, in builder: ParameterBuilder, _ body: () throws -> R
  ) rethrows -> R {
    try halvings == 0 ? body() : builder.scope("coarser.\(halvings)", body)
  }

  /// Refuses modes that the windows of the training grid do not have, in points of the data.
  private func requireModes(of stage: Stage, on grid: [Int]) throws {
    let network = stage.network
    func window(_ grid: [Int]) -> [Int] { cutting.patches(grid, halvings: stage.halvings).window }
    if let axis = network.lackingAxis(window(grid)) {
      let modes = network.modes[axis]
      // A window has as many points as its patch or more.
      let least = (1...modes).first { points in
        var finer = grid
        finer[axis] = points << cutting.levels
        return network.period(window(finer))[axis] >= modes
      }
      throw ModelError.modesExceedWindow(
        axis: axis, modes: modes, points: grid[axis], most: network.period(window(grid))[axis],
        least: (least ?? modes) << cutting.levels)
    }
    try network.requireModes(on: window(grid))
  }

  public func validate(grid: [Int]) throws {
    try cutting.requireDivision(of: grid)
    for stage in stages {
      try stage.network.validate(grid: cutting.patches(grid, halvings: stage.halvings).window)
    }
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    let grid = input.shape.grid
    let field = embedding(input)
    // Each network sees the field on its grid beside what the coarser one before it says.
    return stages.reduce(into: field) { result, stage in
      let patches = cutting.patches(grid, halvings: stage.halvings)
      func brought(_ x: Variable) -> Variable { spacing.resampled(x, to: patches.grid, periodic: .fourier) }
      let isFirst = stage.halvings == cutting.coarsest
      let seen = isFirst ? brought(field) : brought(field).concatenated(with: brought(result))
      result = seen.gathered(patches.windows).recomputed(piece: 1) { window in
        stage.network(window).cropped(origin: patches.origin, grid: patches.patch)
      }.gathered(patches.stitching)
    }
  }
}
