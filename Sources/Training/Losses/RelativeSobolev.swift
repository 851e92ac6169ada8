import Autodiff
import Configuration
import Fields
import Foundation

/// ( Σ_k (1 + |2πk|²)^s |ê_k|² )^½ / ( Σ_k (1 + |2πk|²)^s |t̂_k|² )^½ with e = p − t: the relative error in H^s.
///
/// s = 0 is relative L2, s = 1 the spectral ``RelativeH1``; negative orders weigh large scales most, as a residual of an
/// equation of second order does in H⁻¹. Fields count as periodic.
public struct RelativeSobolev: Loss {
  public static let identifier = "relativeSobolev"
  public static let definition = "‖e‖ / ‖t‖ in H^s, (Σ (1 + |2πk|²)^s |ê_k|²)^½, per sample; s = order"

  private let order: Double
  private let measure: Double
  private let cut: Int?

  public init(from reader: ConfigReader) throws {
    order = try reader.double(
      "order", default: -1, in: -8...8, doc: "s; negative orders weigh large scales most")
    measure = try reader.double(
      "measure", default: 1, exclusiveMinimum: 0, doc: "length of the domain along each axis")
    cut = try reader.optionalInt("cut", in: 1...4096, doc: "highest frequency that counts on each axis")
  }

  public func check(_ signature: OperatorSignature) throws { try needsGrid(signature) }

  public func callAsFunction(_ prediction: Variable, _ target: Variable, axes: [GridAxis]) -> Variable {
    let seminorm = SpectralSeminorm(
      grid: prediction.shape.grid, cut: cut, precision: prediction.graph.precision,
      weight: sobolevWeight(order: order, measure: measure))
    return prediction.relativeNorm(to: target, operators: [seminorm], epsilon: denominatorEpsilon)
  }
}

/// (1 + |2πk/measure|²)^s
func sobolevWeight(order: Double, measure: Double) -> ([Int]) -> Double {
  let base = 2 * Double.pi / measure
  return { k in pow(1 + base * base * k.reduce(0) { $0 + Double($1 * $1) }, order) }
}
