/// The field's standard measure, over all points and channels together.
///
/// - References: Z. Li et al., ICLR 2021, arXiv:2010.08895. The same as `LpLoss.rel` of neuraloperator
///   for one channel; that one adds the ratios of several.
public struct RelativeL2: Metric {
  public static let identifier = "relativeL2"
  public static let definition = "√Σe² / √Σy², over all points and channels"

  public init() {}

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    let sums = SquareSums(prediction, target, grid)
    return relative(sums.error.squareRoot(), to: sums.target.squareRoot())
  }
}
