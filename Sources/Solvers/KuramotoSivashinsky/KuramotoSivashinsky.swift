import Fields

/// The Kuramoto–Sivashinsky equation on the circle.
///
///     u_t + u u_x + u_xx + ν u_xxxx = 0,   x in [0, ℓ) periodic
///
/// Defaults: ν = 1, ℓ = 64, ten random sines of up to three periods, times 0…100 on 256 points.
///
/// - Shape: field `u`: `[times, points]`.
/// - References: J. Brandstetter, M. Welling, D. E. Worrall, Lie point symmetry data augmentation for neural PDE
///   solvers, ICML 2022.
public struct KuramotoSivashinsky: LineProblem {
  public static let card = ProblemCard(
    identifier: "kuramoto-sivashinsky", title: "Kuramoto-Sivashinsky equation, periodic, 1-D",
    equation: "u_t + u u_x + u_xx + ν u_xxxx = 0",
    citation: "Brandstetter et al., Lie Point Symmetry Data Augmentation for Neural PDE Solvers, ICML 2022",
    spatialDimensions: 1)
  static let field = (name: "u", longName: "flame front slope")

  let hyperviscosity: Double
  let line: LineConfiguration

  var equation: LineEquation {
    .kuramotoSivashinsky(hyperviscosity: hyperviscosity, length: line.length)
  }
  var constants: [(name: String, value: ProblemParameter)] { [("hyperviscosity", .number(hyperviscosity))] }
}
