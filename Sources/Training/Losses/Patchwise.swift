import Autodiff
import Configuration
import Fields
import Layers

/// The mean of another loss over the patches of a domain cut into 2^levels parts per axis.
///
/// With a relative loss every patch counts the same, however small its values; derivatives are one-sided at the cuts.
public struct Patchwise: Loss {
  public static let identifier = "patchwise"
  public static let definition = "mean over the patches of a domain of another loss"

  private let levels: Int
  private let loss: any Loss

  public init(from reader: ConfigReader) throws {
    levels = try reader.int("levels", default: 1, in: 0...6, doc: "2^levels patches per axis")
    loss = try LossRegistry.readSimple("loss", from: reader)
  }

  public func check(_ signature: OperatorSignature) throws {
    try needsGrid(signature)
    if let axis = PatchGrid.undivided(signature.gridShape, levels: levels) {
      throw TrainingError.patchesDoNotDivide(
        axis: axis, points: signature.gridShape[axis], patches: 1 << levels)
    }
    try loss.check(signature)
  }

  public func callAsFunction(_ prediction: Variable, _ target: Variable, axes: [GridAxis]) -> Variable {
    if levels == 0 { return loss(prediction, target, axes: axes) }
    let grid = prediction.shape.grid
    let patches = PatchGrid(
      grid: grid, levels: levels, padding: grid.map { _ in 0 }, extensions: grid.map { _ in .zero },
      boundaries: axes.map(\.boundary))
    let open = axes.map { axis in
      GridAxis(name: axis.name, coordinates: axis.coordinates, boundary: .cellCentred, units: axis.units)
    }
    return loss(prediction.gathered(patches.cuts), target.gathered(patches.cuts), axes: open)
      .means(ofEach: patches.count)
  }
}
