/// Relative sum of magnitudes, over all points and channels together.
public struct RelativeL1: Metric {
  public static let identifier = "relativeL1"
  public static let definition = "Σ|e| / Σ|y|, over all points and channels"

  public init() {}

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    checkCounts(prediction, target, grid)
    var error = 0.0
    var reference = 0.0
    for i in 0..<grid.valueCount {
      error += abs(prediction[i] - target[i])
      reference += abs(target[i])
    }
    return relative(error, to: reference)
  }
}
