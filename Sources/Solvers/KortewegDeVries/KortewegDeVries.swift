import Fields

/// The Korteweg–de Vries equation on the circle.
///
///     u_t + α u u_x + β u_xxx = 0,   x in [0, ℓ) periodic
///
/// Defaults: α = β = 1, ℓ = 128, ten random sines of one or two periods, times 0…100 on 256 points.
///
/// - Shape: field `u`: `[times, points]`.
/// - References: J. Brandstetter, M. Welling, D. E. Worrall, Lie point symmetry data augmentation for neural PDE
///   solvers, ICML 2022.
public struct KortewegDeVries: LineProblem {
  public static let card = ProblemCard(
    identifier: "kdv", title: "Korteweg-de Vries equation, periodic, 1-D",
    equation: "u_t + α u u_x + β u_xxx = 0",
    citation: "Brandstetter et al., Lie Point Symmetry Data Augmentation for Neural PDE Solvers, ICML 2022",
    spatialDimensions: 1)
  static let field = (name: "u", longName: "surface elevation")

  let steepening: Double
  let dispersion: Double
  let line: LineConfiguration

  var equation: LineEquation {
    .kortewegDeVries(steepening: steepening, dispersion: dispersion, length: line.length)
  }
  var constants: [(name: String, value: ProblemParameter)] {
    [("steepening", .number(steepening)), ("dispersion", .number(dispersion))]
  }
}
