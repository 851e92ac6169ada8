/// Mean squared error over all points and channels, in squared units.
public struct MeanSquaredError: Metric {
  public static let identifier = "mse"
  public static let definition = "mean e², over all points and channels"

  public init() {}

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    SquareSums(prediction, target, grid).error / grid.countedValues
  }
}
