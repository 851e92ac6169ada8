import Fields
import Layers

extension MGTFNO {
  /// How the grids of a domain are cut into patches, whatever their points.
  struct Cutting {
    let levels: Int
    /// How often the coarsest grid with a network of its own is halved.
    let coarsest: Int
    private let padding: [Double]
    private let extensions: [PatchGrid.Extension]
    private let boundaries: [GridAxis.Boundary]

    init(_ configuration: Configuration, _ signature: OperatorSignature) throws {
      levels = configuration.levels
      coarsest = configuration.coarsest
      padding = try perAxis(
        configuration.patchPadding, key: "patchPadding", dimensions: signature.dimensions)
      boundaries = signature.axes.map(\.boundary)
      extensions = boundaries.map { configuration.chosenExtension(at: $0) }
    }

    /// Refuses grids that patches do not divide; on all others the coarsest grid has a point at least.
    func requireDivision(of grid: [Int]) throws {
      if let axis = PatchGrid.undivided(grid, levels: levels) {
        throw ModelError.patchesDoNotDivide(axis: axis, points: grid[axis], patches: 1 << levels)
      }
    }

    /// Patches of the data's grid after some halvings: half as many per axis each time, of as many points, and of one that is
    /// the whole domain no margin.
    func patches(_ grid: [Int], halvings: Int) -> PatchGrid {
      let isWhole = halvings > 0 && halvings == levels
      return PatchGrid(
        grid: grid.map { $0 >> halvings }, levels: levels - halvings,
        surroundings: coarsest == 0 ? levels : 0,
        padding: isWhole ? padding.map { _ in 0 } : padding, extensions: extensions, boundaries: boundaries)
    }
  }
}

extension MGTFNO.Configuration {
  /// How often the coarsest grid with a network of its own is halved.
  var coarsest: Int { surroundings == .nested ? levels : 0 }

  /// What the network on a grid sees and says.
  func part(of signature: OperatorSignature, halvings: Int) -> OperatorSignature {
    var part = signature
    let channels = signature.inputChannels + network.embedding.channels(dimensions: signature.dimensions)
    if coarsest == 0 {
      part.inputChannels = channels * (levels + 1)
    } else {
      part.inputChannels = halvings == coarsest ? channels : channels + features
      if halvings > 0 { part.outputChannels = features }
    }
    if halvings == 0 || halvings < levels {
      // A window ends inside of the domain.
      part.axes = part.axes.map {
        GridAxis(name: $0.name, coordinates: $0.coordinates, boundary: .cellCentred, units: $0.units)
      }
    }
    return part
  }

  /// The settings of a network. Coordinates are those of the domain: they are appended before it is cut. A coarser grid
  /// has the modes that there are on it.
  func network(_ part: OperatorSignature, window: [Int], halvings: Int) throws -> FNO.Configuration {
    var settings = network
    settings.embedding = .none
    if halvings == 0 { return settings }
    if part.axes.allSatisfy({ $0.boundary == .periodic }) { settings.continuation = .periodic }
    let continuations = try settings.continuations(of: part.axes, scaling: settings.scaling)
    let modes = try perAxis(settings.modes, key: "modes", dimensions: part.dimensions)
    settings.modes = zip(modes, zip(continuations, window)).map { min($0, $1.0.period(points: $1.1)) }
    return settings
  }
}
