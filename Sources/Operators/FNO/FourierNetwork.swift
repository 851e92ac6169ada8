import Autodiff
import Fields
import Layers
import Tensors

/// The body that Fourier neural operators share: lifting, layers, projection; equations in FNO.md.
struct FourierNetwork {
  private let configuration: FNO.Configuration
  let modes: [Int]
  private let padding: [Double]
  private let scaling: [Double]
  private let continuations: [Continuation]
  private let lifting: (Variable) -> Variable
  private let blocks: [FourierBlock]
  private let factors: FactorizedConvolutions?
  var convolutions: [SpectralConvolution]
  private let projection: PointwiseNetwork
  private let spacing: GridSpacing

  /// - Parameters:
  ///   - factorization: how spectral weights are kept; dense if nil.
  ///   - kernels: local kernels beside the spectral convolutions.
  ///   - derivesWeights: false where parameters of other networks follow, which come before all weights that are derived:
  ///     ``deriveWeights(in:)`` does it then.
  init(
    _ configuration: FNO.Configuration, factorization: TFNO.Weights? = nil, kernels: LocalNO.Kernels? = nil,
    signature: OperatorSignature, builder: ParameterBuilder, derivesWeights: Bool = true
  ) throws {
    self.configuration = configuration
    let d = signature.dimensions
    let modes = try perAxis(configuration.modes, key: "modes", dimensions: d)
    self.modes = modes
    padding = try perAxis(configuration.padding, key: "padding", dimensions: d)
    let layers = configuration.layers
    scaling = try perLayer(configuration.scaling, key: "scaling", layers: layers)
    continuations = try configuration.continuations(of: signature.axes, scaling: scaling)
    let width = configuration.width
    let inputs = signature.inputChannels + configuration.embedding.channels(dimensions: d)
    // Channel counts round as the reference does: lifting and projection down, the channel network half to even.
    if configuration.liftingRatio > 0 {
      let network = PointwiseNetwork(
        "lifting", inputs: inputs, hidden: max(1, Int(configuration.liftingRatio * Double(width))),
        outputs: width, activation: configuration.activation, in: builder)
      lifting = { network($0) }
    } else {
      let linear = Linear("lifting", inputs: inputs, outputs: width, in: builder)
      lifting = { linear($0) }
    }
    let deviation = (2 / Double(2 * width)).squareRoot()
    let scope = { (index: Int) in "blocks.\(index).spectral" }
    factors = try factorization.map { weights in
      try FactorizedConvolutions(
        layers: layers, width: width, modes: modes, factorization: weights.factorization,
        isJoint: weights.isJoint, isSeparable: configuration.separable, deviation: deviation, scope: scope,
        in: builder)
    }
    convolutions =
      factors == nil
      ? (0..<layers).map { index in
        SpectralConvolution(
          scope(index), inputs: width, outputs: width, modes: modes, selection: .twoSided,
          initial: .normal(deviation: deviation), forwardNormalized: true,
          isSeparable: configuration.separable,
          in: builder)
      } : []
    spacing = GridSpacing(signature.axes)
    blocks = (0..<layers).map { index in
      builder.scope("blocks.\(index)") {
        FourierBlock(
          configuration, deviation: deviation,
          local: kernels?.branches(layer: index, of: configuration, axes: signature.axes, in: builder),
          in: builder)
      }
    }
    projection = PointwiseNetwork(
      "projection", inputs: width, hidden: max(1, Int(configuration.projectionRatio * Double(width))),
      outputs: signature.outputChannels, activation: configuration.activation, in: builder)
    if derivesWeights { deriveWeights(in: builder) }
  }

  /// Spectral weights from their factors; nothing to do for dense ones.
  mutating func deriveWeights(in builder: ParameterBuilder) {
    if let factors { convolutions = factors.convolutions(in: builder) }
  }

  /// Points added on each side of each axis: round half to even, as the reference.
  private func margin(_ grid: [Int]) -> [Int] {
    zip(grid, padding).map { Int((Double($0) * $1).rounded(.toNearestOrEven)) }
  }

  /// Points in front of each axis.
  private func front(_ grid: [Int]) -> [Int] {
    configuration.paddingSides == .both ? margin(grid) : grid.map { _ in 0 }
  }

  /// The grid of the first layer.
  func padded(_ grid: [Int]) -> [Int] {
    zip(grid, zip(front(grid), margin(grid))).map { $0 + $1.0 + $1.1 }
  }

  /// Points of a period of the field that the layers' convolutions see.
  func period(_ grid: [Int]) -> [Int] {
    zip(continuations, padded(grid)).map { $0.period(points: $1) }
  }

  /// Grids of the layers' results, the input's padded grid being `grid`.
  private func grids(from grid: [Int]) -> [[Int]] {
    var current = grid
    return scaling.map { factor in
      // Bounded, since factors of many layers multiply before anything refuses them.
      current = current.map { max(1, Int(min((Double($0) * factor).rounded(.toNearestOrEven), 0x1p40))) }
      return current
    }
  }

  /// Distances of the points that each layer reads, for an input on `grid`.
  func spacings(_ grid: [Int]) -> [[Double]] {
    let (wide, spacing) = (padded(grid), spacing(grid))
    return ([wide] + grids(from: wide).dropLast()).map { layer in
      layer.indices.map { spacing[$0] * Double(wide[$0]) / Double(layer[$0]) }
    }
  }

  /// The first axis on which the padded and continued grid has fewer points than modes.
  func lackingAxis(_ grid: [Int]) -> Int? {
    let period = period(grid)
    return modes.indices.first { modes[$0] > period[$0] }
  }

  /// Refuses modes that some layer does not have on the grid that the network is trained on: their weights
  /// would never be used. On coarser grids the frequencies that exist keep their own weights.
  func requireModes(on grid: [Int]) throws {
    let padded = padded(grid)
    if let axis = lackingAxis(grid) {
      let (continuation, count) = (continuations[axis], modes[axis])
      throw ModelError.modesExceedGrid(
        axis: axis, modes: count, points: grid[axis], most: continuation.period(points: padded[axis]),
        least: (1...count).first { continuation.period(points: $0) >= count } ?? count)
    }
    let ends = grids(from: padded)
    for (layer, (from, to)) in zip([padded] + ends, ends).enumerated() {
      // What a layer computes is cut to the modes of the grid that it ends on.
      for (axis, points) in zip(from, to).map({ min($0, $1) }).enumerated()
      where modes[axis] > continuations[axis].period(points: points) {
        throw ModelError.modesExceedLayer(
          key: "modes[\(axis)]", layer: layer, modes: modes[axis], points: points, most: points)
      }
    }
  }

  func validate(grid: [Int]) throws {
    let padded = padded(grid)
    if let final = grids(from: padded).last, final != padded {
      throw ModelError.gridChanges(key: "scaling", from: padded, to: final)
    }
  }

  /// Records the network.
  ///
  /// - Parameter outputGrid: points of the output where they are others than the input's: the last layer ends there.
  func callAsFunction(_ input: Variable, outputGrid: [Int]? = nil) -> Variable {
    let grid = input.shape.grid
    let result = outputGrid ?? grid
    precondition(
      result == grid || configuration.continuation == .periodic, "other grids are those of periodic fields")
    var x = lifting(configuration.embedding(input)).padded(before: front(grid), after: margin(grid))
    var grids = grids(from: x.shape.grid)
    let spacings = spacings(grid)
    grids[grids.count - 1] = padded(result)
    var map: SpectralMap?
    for (index, block) in blocks.enumerated() {
      let layer = convolutions[index].map(
        grid: x.shape.grid, precision: x.graph.precision, continuations: continuations, sharing: map,
        shiftsOddAxes: configuration.shiftsOddAxes)
      map = layer
      x = block(
        x, layer, weight: convolutions[index].weight, isLast: index + 1 == blocks.count, grid: grids[index],
        spacing: spacings[index])
    }
    return projection(x.cropped(origin: front(result), grid: result))
  }
}
