import Fields

/// The heat equation on the circle.
///
///     u_t = D u_xx,   x in [0, ℓ) periodic
///
/// Defaults: D = 0.01, ℓ = 1, ten random sines of up to five periods, times 0…1 on 256 points.
///
/// - Shape: field `u`: `[times, points]`.
/// - References: F. Koehler et al., APEBench, NeurIPS 2024 (diffusion scenario).
public struct Heat: LineProblem {
  public static let card = ProblemCard(
    identifier: "heat", title: "Heat equation, periodic, 1-D", equation: "u_t = D u_xx",
    citation: "Koehler et al., APEBench, NeurIPS 2024, arXiv:2411.00180", spatialDimensions: 1)
  static let field = (name: "u", longName: "temperature")

  let diffusivity: Double
  let line: LineConfiguration

  var equation: LineEquation { LineEquation(length: line.length, linear: [0, 0, diffusivity]) }
  var constants: [(name: String, value: ProblemParameter)] { [("diffusivity", .number(diffusivity))] }
}
