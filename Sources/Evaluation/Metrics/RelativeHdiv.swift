/// Relative error of a vector field in the norm with its divergence, D as in ``RelativeH1``.
///
///     √Σ(|e|² + (Σ_a D_a e_a)²) / √Σ(|y|² + (Σ_a D_a y_a)²)
///
/// Channels are the components of one vector, or of several one after the other.
///
/// - References: `HdivLoss` of neuraloperator, with one ratio for all components.
public struct RelativeHdiv: Metric {
  public static let identifier = "relativeHdiv"
  public static let definition =
    "√Σ(|e|² + (∇·e)²) / √Σ(|y|² + (∇·y)²), for vector fields; differences as in relativeH1"

  public init() {}

  public func applies(to grid: MetricGrid) -> Bool {
    grid.points.count > 1 && grid.channels % grid.points.count == 0
  }

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    let sums = SquareSums(prediction, target, grid)
    let axes = grid.points.count
    guard applies(to: grid) else { return .nan }
    // One component at a time is a field of one channel.
    let single = MetricGrid(points: grid.points, isPeriodic: grid.isPeriodic, spacing: grid.spacing)
    let derivatives = (0..<axes).map { FiniteDifference(single, axis: $0) }
    var (error, reference) = (sums.error, sums.target)
    var slopes = [Double](repeating: 0, count: grid.pointCount)
    for vector in 0..<(grid.channels / axes) {
      for isError in [true, false] {
        var divergence = [Double](repeating: 0, count: grid.pointCount)
        for (axis, derivative) in derivatives.enumerated() {
          let channel = vector * axes + axis
          derivative.values(into: &slopes) { i in
            let at = i * grid.channels + channel
            return isError ? prediction[at] - target[at] : target[at]
          }
          for i in divergence.indices { divergence[i] += slopes[i] }
        }
        let square = divergence.reduce(0) { $0 + $1 * $1 }
        if isError { error += square } else { reference += square }
      }
    }
    return relative(error.squareRoot(), to: reference.squareRoot())
  }
}
