import Fields

/// Diffusion with a polynomial source on the circle; by default the Fisher–KPP equation.
///
///     u_t = D u_xx + r_0 + r_1 u + … + r_4 u⁴,   x in [0, ℓ) periodic;   Fisher: ρ u (1 - u)
///
/// Defaults are those of PDEBench: D = 0.5, ρ = 1, ℓ = 1, two random sines scaled to [0, 1], times 0…1.
///
/// - Shape: field `u`: `[times, points]`.
/// - References: M. Takamoto et al., PDEBench, NeurIPS 2022.
public struct ReactionDiffusion: LineProblem {
  public static let card = ProblemCard(
    identifier: "reaction-diffusion",
    title: "Fisher-KPP and other reaction-diffusion equations, periodic, 1-D",
    equation: "u_t = D u_xx + Σ_j r_j u^j,  by default ρ u (1 - u)",
    citation: "Takamoto et al., PDEBench, NeurIPS 2022, arXiv:2210.07182", spatialDimensions: 1)
  static let field = (name: "u", longName: "concentration")

  let diffusivity: Double
  /// r_0…r_4.
  let source: [Double]
  let line: LineConfiguration

  var equation: LineEquation {
    .reactionDiffusion(diffusivity: diffusivity, source: source, length: line.length)
  }
  var constants: [(name: String, value: ProblemParameter)] {
    [("diffusivity", .number(diffusivity))] + (0..<5).map { ("source\($0)", .number(source[$0])) }
  }
}
