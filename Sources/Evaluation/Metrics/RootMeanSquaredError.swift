/// Root of the mean squared error over all points and channels, in the fields' units.
public struct RootMeanSquaredError: Metric {
  public static let identifier = "rmse"
  public static let definition = "√(mean e²), over all points and channels"

  public init() {}

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    (SquareSums(prediction, target, grid).error / grid.countedValues).squareRoot()
  }
}
