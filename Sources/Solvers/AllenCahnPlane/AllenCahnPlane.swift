import ComplexModule
import Fields

/// The Allen–Cahn equation on a square torus.
///
///     u_t = ε² Δu + c (u - u³),   (x, y) in [0, ℓ)² periodic
///
/// Defaults: ε = 0.02, c = 1, ℓ = 1, Gaussian initial states, times 0…10 on 128² points.
///
/// - Shape: field `u`: `[times, points, points]`.
/// - References: S. M. Allen, J. W. Cahn, Acta Metallurgica 27 (1979) 1085–1095.
public struct AllenCahnPlane: PlaneProblem {
  public static let card = ProblemCard(
    identifier: "allen-cahn-2d", title: "Allen-Cahn equation, periodic, 2-D",
    equation: "u_t = ε² Δu + c (u - u³)",
    citation: "Allen and Cahn, Acta Metallurgica 27 (1979) 1085-1095", spatialDimensions: 2)
  static let field = (name: "u", longName: "phase")

  let interfaceWidth: Double
  let rate: Double
  let plane: PlaneConfiguration

  var constants: [(name: String, value: ProblemParameter)] {
    [("interfaceWidth", .number(interfaceWidth)), ("rate", .number(rate))]
  }

  func makeSystem(points: Int) -> PlaneSystem {
    .allenCahn(points: points, length: plane.length, interfaceWidth: interfaceWidth, rate: rate)
  }
}

extension PlaneSystem {
  /// c u belongs to the exponential, -c u³ is the product.
  package static func allenCahn(
    points: Int, length: Double, interfaceWidth: Double, rate: Double
  ) -> PlaneSystem {
    let diffusivity = interfaceWidth * interfaceWidth
    return PlaneSystem(
      points: points, length: length,
      symbols: [{ Complex(rate - diffusivity * ($0 * $0 + $1 * $1)) }],
      reaction: PlaneReaction(degree: 3, weights: [-rate], constants: [0], rate: 3 * rate) { rows, count in
        let u = rows[0]
        for i in 0..<count { u[i] *= u[i] * u[i] }
      })
  }
}
