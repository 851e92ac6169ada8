/// Relative root mean squared error of each channel, averaged over the channels.
///
/// Equal to ``RelativeL2`` for one channel; with several, each counts the same whatever its unit.
///
/// - References: M. Takamoto et al., PDEBench, NeurIPS 2022, arXiv:2210.07182.
public struct NormalizedRMSE: Metric {
  public static let identifier = "nrmse"
  public static let definition = "mean over channels of √(mean e²) / √(mean y²)"

  public init() {}

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    var total = 0.0
    for channel in 0..<grid.channels {
      let sums = SquareSums(prediction, target, grid, channel: channel)
      total += relative(sums.error.squareRoot(), to: sums.target.squareRoot())
    }
    return total / Double(grid.channels)
  }
}
