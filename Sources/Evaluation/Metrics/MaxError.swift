/// The largest error of any point and channel, in the fields' units.
public struct MaxError: Metric {
  public static let identifier = "maxError"
  public static let definition = "max |e|, over all points and channels"

  public init() {}

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    checkCounts(prediction, target, grid)
    var largest = 0.0
    for i in 0..<grid.valueCount {
      let error = abs(prediction[i] - target[i])
      if error.isNaN { return .nan }
      largest = max(largest, error)
    }
    return largest
  }
}
