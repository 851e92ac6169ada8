import Autodiff
import Configuration
import Fields

/// ( ‖e‖² + ‖∇·e‖² )^½ / ( ‖t‖² + ‖∇·t‖² )^½ with e = p − t, for vector fields.
///
/// Channels are the components of one vector, or of several one after the other. Derivatives are those of
/// ``RelativeH1``: central differences with spacing `measure`/N, wrapped on periodic axes, one-sided at walls.
public struct RelativeHdiv: Loss {
  public static let identifier = "relativeHdiv"
  public static let definition = "(‖e‖² + ‖∇·e‖²)^½ / (‖t‖² + ‖∇·t‖²)^½ per sample, for vector fields"

  private let measure: Double

  public init(from reader: ConfigReader) throws {
    measure = try reader.double(
      "measure", default: 1, exclusiveMinimum: 0,
      doc: "length of the domain along each axis; spacing is measure/N")
  }

  public func check(_ signature: OperatorSignature) throws {
    try needsGrid(signature)
    if signature.outputChannels % signature.dimensions != 0 {
      throw TrainingError.notAVectorField(
        loss: RelativeHdiv.identifier, channels: signature.outputChannels, dimensions: signature.dimensions)
    }
  }

  public func callAsFunction(_ prediction: Variable, _ target: Variable, axes: [GridAxis]) -> Variable {
    let grid = prediction.shape.grid
    let divergence = Divergence(
      grid: grid, spacing: grid.map { measure / Double($0) },
      isPeriodic: zip(grid, axes).map { $0 < 4 || $1.boundary == .periodic })
    return prediction.relativeNorm(
      to: target, operators: [IdentityOperator(points: prediction.shape.points), divergence],
      epsilon: denominatorEpsilon)
  }
}
