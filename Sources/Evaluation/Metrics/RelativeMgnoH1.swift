/// ``RelativeSpectralH1`` with wavenumbers of an axis from 20 on counted as 0: the measure that MgNO reports, and the value of
/// its loss `{"type": "relativeH1", "derivative": "mgno"}`.
///
/// - References: J. He, X. Liu, J. Xu, MgNO: Efficient Parameterization of Linear Operators via Multigrid, ICLR 2024.
public struct RelativeMgnoH1: Metric {
  public static let identifier = "relativeMgnoH1"
  public static let definition = "relativeSpectralH1 with wavenumbers of an axis from 20 on counted as 0"

  /// The first wavenumber that counts as 0.
  private static let cut = 20

  public init() {}

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    SpectralSums(prediction, target, grid, cut: Self.cut) { 1 + $0 }.ratio
  }
}
