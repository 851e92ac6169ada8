/// Relative Sobolev norm with exact derivatives of the periodic trigonometric interpolant, wavenumbers
/// counted as integers.
///
///     √Σ_k (1 + |k|²)|ê_k|² / √Σ_k (1 + |k|²)|ŷ_k|²
///
/// Functions that are not periodic are treated as if they were, so that jumps at the boundary count.
/// Without the factor 2π a gradient counts less than in ``RelativeH1``: the two numbers must not be
/// compared.
///
/// - References: `HsLoss` of the FNO scripts (Z. Li et al., 2022) with k = 1, a = 1; MgNO's counts fewer wavenumbers, see
///   ``RelativeMgnoH1``.
public struct RelativeSpectralH1: Metric {
  public static let identifier = "relativeSpectralH1"
  public static let definition =
    "√Σ(1+|k|²)|ê|² / √Σ(1+|k|²)|ŷ|², integer wavenumbers k of the periodic extension"

  public init() {}

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    SpectralSums(prediction, target, grid) { 1 + $0 }.ratio
  }
}
