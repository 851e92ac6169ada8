import Autodiff
import Fields
import Layers

/// The multi-grid tensorised Fourier neural operator: a TFNO applied patch by patch; equations in MGTFNO.md.
public struct MGTFNO: OperatorModel {
  public static let card = ModelCard(
    identifier: "mg-tfno",
    title: "Multi-grid tensorised FNO (patches with coarser surroundings as channels)",
    citation:
      "J. Kossaifi et al., Multi-Grid Tensorized Fourier Neural Operator, TMLR 2024, arXiv:2310.00120",
    dimensions: 1...3,
    smokeConfiguration:
      #"{"type": "mg-tfno", "modes": 6, "width": 8, "layers": 2, "rank": 0.3, "patchPadding": 0.125}"#)

  private let configuration: Configuration
  private let padding: [Double]
  private let boundaries: [GridAxis.Boundary]
  private let network: FourierNetwork

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    self.configuration = configuration
    let d = signature.dimensions
    padding = try perAxis(configuration.patchPadding, key: "patchPadding", dimensions: d)
    boundaries = signature.axes.map(\.boundary)
    // Coordinates are those of the domain: they are appended before it is cut.
    var network = configuration.network
    network.embedding = .none
    var patches = signature
    // A window ends inside of the domain.
    patches.axes = patches.axes.map {
      GridAxis(name: $0.name, coordinates: $0.coordinates, boundary: .cellCentred, units: $0.units)
    }
    patches.inputChannels =
      (signature.inputChannels + configuration.network.embedding.channels(dimensions: d))
      * (configuration.levels + 1)
    self.network = try FourierNetwork(
      network, factorization: configuration.weights, signature: patches, builder: builder)
    try validate(grid: signature.gridShape)
    try requireModes(on: signature.gridShape)
  }

  /// Refuses modes that the windows of the training grid do not have, in points of the data.
  private func requireModes(on grid: [Int]) throws {
    let window = patches(grid).window
    if let axis = network.lackingAxis(window) {
      let modes = network.modes[axis]
      // A window has as many points as its patch or more.
      let least = (1...modes).first { points in
        var finer = grid
        finer[axis] = points << configuration.levels
        return network.period(patches(finer).window)[axis] >= modes
      }
      throw ModelError.modesExceedWindow(
        axis: axis, modes: modes, points: grid[axis], most: network.period(window)[axis],
        least: (least ?? modes) << configuration.levels)
    }
    try network.requireModes(on: window)
  }

  private func patches(_ grid: [Int]) -> PatchGrid {
    PatchGrid(
      grid: grid, levels: configuration.levels, padding: padding,
      extensions: boundaries.map { configuration.chosenExtension(at: $0) }, boundaries: boundaries)
  }

  public func validate(grid: [Int]) throws {
    if let axis = PatchGrid.undivided(grid, levels: configuration.levels) {
      throw ModelError.patchesDoNotDivide(axis: axis, points: grid[axis], patches: 1 << configuration.levels)
    }
    try network.validate(grid: patches(grid).window)
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    let patches = patches(input.shape.grid)
    return configuration.network.embedding(input).gathered(patches.windows).recomputed(piece: 1) { window in
      network(window).cropped(origin: patches.origin, grid: patches.patch)
    }.gathered(patches.stitching)
  }
}
