/// Root mean squared error of each channel in standard deviations of its target, averaged over the channels.
///
///     VRMSE = mean_c √( mean e_c² / var y_c ),  var with 1/(N − 1)
///
/// Close to one for a prediction that is the target's mean everywhere. The original adds 1e-7 to the
/// variance, which makes small quantities look better than they are; without it the measure does not
/// depend on units.
///
/// - References: R. Ohana et al., The Well, NeurIPS 2024, arXiv:2412.00568.
public struct VarianceScaledRMSE: Metric {
  public static let identifier = "vrmse"
  public static let definition = "mean over channels of √(mean e² / var y)"

  public init() {}

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    checkCounts(prediction, target, grid)
    let count = grid.domainShare * Double(grid.pointCount)
    var total = 0.0
    for channel in 0..<grid.channels {
      var sum = 0.0
      var error = 0.0
      for i in stride(from: channel, to: grid.valueCount, by: grid.channels) {
        let difference = prediction[i] - target[i]
        error += difference * difference
        sum += target[i]
      }
      // Deviations from the mean, in a second pass: squares of a large mean would swallow them.
      let mean = sum / count
      var deviation = 0.0
      for i in stride(from: channel, to: grid.valueCount, by: grid.channels) {
        deviation += (target[i] - mean) * (target[i] - mean)
      }
      // Zeros outside of the domain are no values.
      deviation -= (Double(grid.pointCount) - count) * mean * mean
      let variance = max(0, deviation) / max(1, count - 1)
      total += relative((error / count).squareRoot(), to: variance.squareRoot())
    }
    return total / Double(grid.channels)
  }
}
