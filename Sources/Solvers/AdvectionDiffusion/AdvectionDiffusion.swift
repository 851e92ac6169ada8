import ComplexModule
import Fields

/// Advection at constant velocity with diffusion on a square torus.
///
///     u_t + b·∇u = D Δu,   (x, y) in [0, ℓ)² periodic
///
/// Defaults: b = (1, ½), D = 1e-3, ℓ = 1, Gaussian bumps, times 0…1 on 64² points.
///
/// - Shape: field `u`: `[times, points, points]`.
/// - References: F. Koehler et al., APEBench, NeurIPS 2024 (advection-diffusion scenario).
public struct AdvectionDiffusion: PlaneProblem {
  public static let card = ProblemCard(
    identifier: "advection-diffusion", title: "Advection and diffusion, periodic, 2-D",
    equation: "u_t + b·∇u = D Δu",
    citation: "Koehler et al., APEBench, NeurIPS 2024, arXiv:2411.00180", spatialDimensions: 2)
  static let field = (name: "u", longName: "concentration")

  /// b.
  let velocity: [Double]
  let diffusivity: Double
  let plane: PlaneConfiguration

  var constants: [(name: String, value: ProblemParameter)] {
    [
      ("velocityX", .number(velocity[0])), ("velocityY", .number(velocity[1])),
      ("diffusivity", .number(diffusivity)),
    ]
  }

  func makeSystem(points: Int) -> PlaneSystem {
    let (b1, b2, diffusivity) = (velocity[0], velocity[1], diffusivity)
    return PlaneSystem(
      points: points, length: plane.length,
      symbols: [{ Complex(-diffusivity * ($0 * $0 + $1 * $1), -(b1 * $0 + b2 * $1)) }], reaction: nil)
  }
}
