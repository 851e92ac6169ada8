import Fields

/// Advection at constant speed on the circle.
///
///     u_t + β u_x = 0,   x in [0, ℓ) periodic
///
/// Defaults are those of PDEBench: β = 0.4, ℓ = 1, two random sines, times 0…2 on 1024 points.
///
/// - Shape: field `u`: `[times, points]`.
/// - References: M. Takamoto et al., PDEBench, NeurIPS 2022.
public struct Advection: LineProblem {
  public static let card = ProblemCard(
    identifier: "advection", title: "Linear advection, periodic, 1-D", equation: "u_t + β u_x = 0",
    citation: "Takamoto et al., PDEBench, NeurIPS 2022, arXiv:2210.07182", spatialDimensions: 1)
  static let field = (name: "u", longName: "advected quantity")

  let speed: Double
  let line: LineConfiguration

  var equation: LineEquation { LineEquation(length: line.length, linear: [0, -speed]) }
  var constants: [(name: String, value: ProblemParameter)] { [("speed", .number(speed))] }
}
