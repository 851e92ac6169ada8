import ComplexModule
import Fields
import Spectral

/// The Gray–Scott reaction of two substances on a square torus.
///
///     u_t = D_u Δu - u v² + F (1 - u),   v_t = D_v Δv + u v² - (F + k) v,   (x, y) in [0, ℓ)²
///
/// Defaults: D_u = 2e-5, D_v = 1e-5, ℓ = 2, the regime "maze", bumps of v in u = 1 - v, times 0…1000 on 128² points.
///
/// - Shape: field `concentration`: `[times, 2, points, points]`, channels u and v.
/// - References: P. Gray, S. K. Scott, Chem. Eng. Sci. 39 (1984) 1087–1097; R. Ohana et al., The Well, NeurIPS 2024.
public struct GrayScott: PlaneProblem {
  public static let card = ProblemCard(
    identifier: "gray-scott", title: "Gray-Scott reaction and diffusion, periodic, 2-D",
    equation: "u_t = D_u Δu - u v² + F (1 - u),  v_t = D_v Δv + u v² - (F + k) v",
    citation: "Ohana et al., The Well, NeurIPS 2024, arXiv:2412.00568", spatialDimensions: 2)
  static let field = (name: "concentration", longName: "concentrations")
  static let channels = ["u", "v"]

  let feedRate: Double
  let killRate: Double
  /// D_u and D_v.
  let diffusivities: [Double]
  let plane: PlaneConfiguration

  var constants: [(name: String, value: ProblemParameter)] {
    [
      ("feedRate", .number(feedRate)), ("killRate", .number(killRate)),
      ("diffusivityU", .number(diffusivities[0])), ("diffusivityV", .number(diffusivities[1])),
    ]
  }

  func makeSystem(points: Int) -> PlaneSystem {
    .grayScott(
      points: points, length: plane.length, feedRate: feedRate, killRate: killRate,
      diffusivities: diffusivities)
  }

  /// v is the drawn field and u = 1 - v.
  func initialState(of system: PlaneSystem, index: Int, seed: UInt64) -> WorkArray {
    let drawn = plane.initial.coefficients(on: system.plane, index: index, seed: seed)
    let state = WorkArray(drawn.values.map { -$0 } + drawn.values)
    state.pointer[0] += 1
    return state
  }
}

extension PlaneSystem {
  /// The state is u, then v; u v² is the one product, and the linear losses belong to the exponential.
  package static func grayScott(
    points: Int, length: Double, feedRate: Double, killRate: Double, diffusivities: [Double]
  ) -> PlaneSystem {
    func symbol(_ diffusivity: Double, _ loss: Double) -> (Double, Double) -> Complex<Double> {
      { Complex(-diffusivity * ($0 * $0 + $1 * $1) - loss) }
    }
    return PlaneSystem(
      points: points, length: length,
      symbols: [symbol(diffusivities[0], feedRate), symbol(diffusivities[1], feedRate + killRate)],
      reaction: PlaneReaction(degree: 3, weights: [-1, 1], constants: [feedRate, 0], rate: 1) { rows, count in
        let (u, v) = (rows[0], rows[1])
        for i in 0..<count { u[i] *= v[i] * v[i] }
      })
  }
}
