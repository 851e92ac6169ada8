import Fields

/// The Allen–Cahn equation on the circle.
///
///     u_t = ε² u_xx + c (u - u³),   x in [0, ℓ) periodic
///
/// Defaults: ε = 0.02, c = 1, ℓ = 1, ten random sines of up to five periods, times 0…5 on 256 points.
///
/// - Shape: field `u`: `[times, points]`.
/// - References: S. M. Allen, J. W. Cahn, Acta Metallurgica 27 (1979) 1085–1095.
public struct AllenCahn: LineProblem {
  public static let card = ProblemCard(
    identifier: "allen-cahn", title: "Allen-Cahn equation, periodic, 1-D",
    equation: "u_t = ε² u_xx + c (u - u³)",
    citation: "Allen and Cahn, Acta Metallurgica 27 (1979) 1085-1095", spatialDimensions: 1)
  static let field = (name: "u", longName: "phase")

  let interfaceWidth: Double
  let rate: Double
  let line: LineConfiguration

  var equation: LineEquation {
    .reactionDiffusion(
      diffusivity: interfaceWidth * interfaceWidth, source: [0, rate, 0, -rate], length: line.length)
  }
  var constants: [(name: String, value: ProblemParameter)] {
    [("interfaceWidth", .number(interfaceWidth)), ("rate", .number(rate))]
  }
}
