import Fields

/// The viscous Burgers equation on the circle with random initial states.
///
///     u_t + (u²/2)_x = ν u_xx,   x in [0, ℓ) periodic,   u(x, 0) ~ N(0, σ²(-Δ+τ²)^(-α))
///
/// Defaults are those of the FNO paper's set: ν = 0.1, ℓ = 1, σ² = 625, τ = 5, α = 2, output at times 0 and 1.
/// `epsilon` and `"initial": "pdebench"` give those of PDEBench, whose viscosity is ε/π.
///
/// - Shape: field `u`: `[times, points]`.
/// - References: Z. Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, sec. 5.1; M. Takamoto et al.,
///   PDEBench, NeurIPS 2022.
public struct Burgers: LineProblem {
  public static let card = ProblemCard(
    identifier: "burgers", title: "Viscous Burgers equation, periodic, 1-D",
    equation: "u_t + (u²/2)_x = ν u_xx",
    citation: "Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, arXiv:2010.08895",
    spatialDimensions: 1)
  static let field = (name: "u", longName: "velocity")

  let viscosity: Double
  let line: LineConfiguration

  var equation: LineEquation { .burgers(viscosity: viscosity, length: line.length) }
  var constants: [(name: String, value: ProblemParameter)] { [("viscosity", .number(viscosity))] }
}
