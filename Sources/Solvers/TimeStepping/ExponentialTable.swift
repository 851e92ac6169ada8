/// A one-step exponential Runge–Kutta scheme as data, run by ``ExponentialStepper``.
///
///     U_i     = P_i u_n + Δt Σ_{j<i} A_ij N(U_j, t_n + c_j Δt),   U_0 = u_n
///     u_{n+1} = P u_n + Δt Σ_j B_j N(U_j, t_n + c_j Δt)
///     est     = Δt E (N(u_{n+1}, t_{n+1}) - N(U_s, t_{n+1}))
///
/// for u_t = L u + N(u, t); P, A, B, E are functions of LΔt. The estimate moves the weight of the last
/// stage, which sits at c = 1, to the new value: an embedded scheme of one order less whose extra
/// evaluation is the first of the next step.
public struct ExponentialTable: Sendable {
  public let name: String
  public let order: Int
  public let citation: String
  /// Power of Δt in the embedded estimate.
  let estimateExponent: Double
  /// c_j.
  let nodes: [Double]
  /// P_i, the first one unused.
  let propagators: [ExponentialFunction]
  /// Nonzero A_ij of stage i.
  let stages: [[(stage: Int, weight: ExponentialCombination)]]
  /// B_j.
  let update: [ExponentialCombination]
  /// E.
  let estimate: ExponentialCombination
}

extension ExponentialTable {
  /// The tables by their configuration names, for `"scheme"`.
  public enum Name: String, Sendable, CaseIterable {
    case etdrk4
    case etdrk2
    case ifrk4

    public var table: ExponentialTable {
      switch self {
      case .etdrk4: .etdrk4
      case .etdrk2: .etdrk2
      case .ifrk4: .ifrk4
      }
    }
  }

  /// Fourth order; the default, accurate also where LΔt is large.
  public static let etdrk4 = ExponentialTable(
    name: "ETDRK4", order: 4,
    citation: "S. M. Cox, P. C. Matthews, J. Comput. Phys. 176 (2002) 430, eqs. 26-29",
    estimateExponent: 4, nodes: [0, 0.5, 0.5, 1],
    propagators: [.one, .exponentialHalf, .exponentialHalf, .exponential],
    stages: [
      [],
      [(0, ExponentialCombination((0.5, .phi1Half)))],
      [(1, ExponentialCombination((0.5, .phi1Half)))],
      [
        (0, ExponentialCombination((0.5, .exponentialHalfPhi1Half), (-0.5, .phi1Half))),
        (2, ExponentialCombination((1, .phi1Half))),
      ],
    ],
    update: [
      ExponentialCombination((1, .phi1), (-3, .phi2), (4, .phi3)),
      ExponentialCombination((2, .phi2), (-4, .phi3)),
      ExponentialCombination((2, .phi2), (-4, .phi3)),
      ExponentialCombination((4, .phi3), (-1, .phi2)),
    ],
    estimate: ExponentialCombination((4, .phi3), (-1, .phi2)))

  /// Second order, two evaluations.
  public static let etdrk2 = ExponentialTable(
    name: "ETDRK2", order: 2,
    citation: "S. M. Cox, P. C. Matthews, J. Comput. Phys. 176 (2002) 430, eq. 22",
    estimateExponent: 3, nodes: [0, 1], propagators: [.one, .exponential],
    stages: [[], [(0, ExponentialCombination((1, .phi1)))]],
    update: [ExponentialCombination((1, .phi1), (-1, .phi2)), ExponentialCombination((1, .phi2))],
    estimate: ExponentialCombination((1, .phi2)))

  /// Fourth order, the classical Runge–Kutta scheme in the variable e^{-Lt}u, written with decaying factors
  /// only. Equivalent to ETDRK4 where |L|Δt is moderate; it does not keep fixed points otherwise.
  public static let ifrk4 = ExponentialTable(
    name: "IFRK4", order: 4, citation: "L. N. Trefethen, Spectral Methods in MATLAB, SIAM 2000, ch. 10",
    estimateExponent: 4, nodes: [0, 0.5, 0.5, 1],
    propagators: [.one, .exponentialHalf, .exponentialHalf, .exponential],
    stages: [
      [],
      [(0, ExponentialCombination((0.5, .exponentialHalf)))],
      [(1, ExponentialCombination((0.5, .one)))],
      [(2, ExponentialCombination((1, .exponentialHalf)))],
    ],
    update: [
      ExponentialCombination((1.0 / 6, .exponential)),
      ExponentialCombination((1.0 / 3, .exponentialHalf)),
      ExponentialCombination((1.0 / 3, .exponentialHalf)),
      ExponentialCombination((1.0 / 6, .one)),
    ],
    estimate: ExponentialCombination((1.0 / 6, .one)))
}
