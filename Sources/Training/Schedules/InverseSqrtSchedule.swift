import Configuration

/// Linear warm-up over `W` steps, then a fall with the square root of the steps.
///
///     f = min(m / W, √(W / m)),  m = step + 1
///
/// - References: A. Vaswani et al., Attention is all you need, 2017, arXiv:1706.03762, §5.3, scaled so
///   that the optimiser's rate is the maximum.
public struct InverseSqrtSchedule: Schedule {
  public static let identifier = "inverseSqrt"
  public static let summary = "linear warm-up, then one over the square root of the steps"

  /// W, ≥ 1.
  public var warmupSteps: Int

  public init(warmupSteps: Int) {
    precondition(warmupSteps >= 1, "the scale of an inverse square root is at least one step")
    self.warmupSteps = warmupSteps
  }

  public init(from reader: ConfigReader) throws {
    warmupSteps = try reader.int(
      "warmupSteps", default: 1000, in: 1...Int.max,
      doc: "steps of the linear rise, and the scale of the fall after it")
  }

  public func factor(at progress: ScheduleProgress) -> Double {
    let m = Double(progress.step) + 1
    let scale = Double(warmupSteps)
    return min(m / scale, (scale / m).squareRoot())
  }
}
