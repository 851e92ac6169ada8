/// Sums of squares of the error and of the target.
struct SquareSums {
  var error = 0.0
  var target = 0.0

  /// - Parameter channel: The one to add up; all of them if nil.
  init(
    _ prediction: UnsafeBufferPointer<Double>, _ target: UnsafeBufferPointer<Double>, _ grid: MetricGrid,
    channel: Int? = nil
  ) {
    checkCounts(prediction, target, grid)
    for i in stride(from: channel ?? 0, to: grid.valueCount, by: channel == nil ? 1 : grid.channels) {
      let difference = prediction[i] - target[i]
      error += difference * difference
      self.target += target[i] * target[i]
    }
  }
}

/// Traps unless both buffers fill the grid: shapes of predictions are settled when a model is built.
func checkCounts(
  _ prediction: UnsafeBufferPointer<Double>, _ target: UnsafeBufferPointer<Double>, _ grid: MetricGrid
) {
  precondition(
    prediction.count == grid.valueCount && target.count == grid.valueCount, "samples do not fill their grid")
}
