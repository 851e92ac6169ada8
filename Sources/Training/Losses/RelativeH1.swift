import Autodiff
import Configuration
import Fields

/// ( ‖e‖² + ‖∇e‖² )^½ / ( ‖t‖² + ‖∇t‖² )^½ with e = p − t.
///
/// - `differences`: second-order central differences with spacing `measure`/N, wrapped on periodic axes and third-order
///   one-sided at walls; neuraloperator's `H1Loss`, whose gradient term outweighs the value term by about (2πk)².
/// - `spectral`: Σ_k (1 + |2πk|²)|ê_k|², exact for band-limited periodic fields; `cut` drops modes above it on every
///   axis.
/// - `mgno`: Σ_k (1 + Σ_a k_a²)|ê_k|² with integer wavenumbers, those of `cut` (20) and above on an axis counting as 0; the
///   loss of MgNO's scripts. Numbers of the three cannot be compared.
public struct RelativeH1: Loss {
  public static let identifier = "relativeH1"
  public static let definition = "(‖e‖² + ‖∇e‖²)^½ / (‖t‖² + ‖∇t‖²)^½ per sample, e = p − t"

  enum Derivative: String, CaseIterable {
    case differences
    case spectral
    case mgno
  }
  enum Boundary: String, CaseIterable {
    case data
    case periodic
    case walls
  }

  private let derivative: Derivative
  private let boundary: Boundary
  private let measure: Double
  private let cut: Int?
  private let perChannel: Bool

  public init(from reader: ConfigReader) throws {
    derivative = try reader.choice(
      "derivative", default: .differences,
      doc: "differences (finite, second order), spectral, or mgno (spectral, integers)")
    boundary = try reader.choice(
      "boundary", default: .data, doc: "how differences end: as the data's axes say, periodic, or walls")
    measure = try reader.double(
      "measure", default: 1, exclusiveMinimum: 0,
      doc: "length of the domain along each axis; spacing is measure/N")
    cut = try reader.optionalInt(
      "cut", in: 1...4096,
      doc: "spectral: highest frequency that counts on each axis; mgno: first one whose slope counts as 0")
    perChannel = try reader.bool(
      "perChannel", default: false, doc: "take the ratio for each channel and add the ratios")
    let idle = [
      ("cut", cut != nil && derivative == .differences),
      ("boundary", boundary != .data && derivative != .differences),
      ("measure", measure != 1 && derivative == .mgno),
    ]
    if let (key, _) = idle.first(where: \.1) {
      throw reader.fail(
        key, "\(key) has no effect with the derivative '\(derivative.rawValue)'",
        fix: "remove it, or choose another derivative")
    }
  }

  public func check(_ signature: OperatorSignature) throws { try needsGrid(signature) }

  public func callAsFunction(_ prediction: Variable, _ target: Variable, axes: [GridAxis]) -> Variable {
    let grid = prediction.shape.grid
    var operators: [any FieldOperator]
    switch derivative {
    case .differences:
      operators = [IdentityOperator(points: prediction.shape.points)]
      for (axis, points) in grid.enumerated() {
        let periodic =
          boundary == .periodic || (boundary == .data && axes[axis].boundary == .periodic) || points < 4
        operators.append(
          DifferenceQuotient(grid: grid, axis: axis, spacing: measure / Double(points), isPeriodic: periodic))
      }
    case .spectral:
      operators = [
        SpectralSeminorm(
          grid: grid, cut: cut, precision: prediction.graph.precision,
          weight: sobolevWeight(order: 1, measure: measure))
      ]
    case .mgno:
      let first = cut ?? 20
      operators = [
        SpectralSeminorm(grid: grid, cut: nil, precision: prediction.graph.precision) { k in
          1 + k.reduce(0) { $0 + (abs($1) < first ? Double($1 * $1) : 0) }
        }
      ]
    }
    return prediction.relativeNorm(
      to: target, operators: operators, epsilon: denominatorEpsilon, perChannel: perChannel)
  }
}
