import Configuration

/// A rate that falls by the same factor after every epoch or step.
///
///     f = γ^n
///
/// - References: `ExponentialLR` of PyTorch.
public struct ExponentialSchedule: Schedule {
  public static let identifier = "exponential"
  public static let summary = "multiplied by the same factor after every epoch or step"

  /// γ, in (0, 1].
  public var decay: Double
  public var unit: ScheduleUnit

  public init(decay: Double, unit: ScheduleUnit = .epoch) {
    self.decay = decay
    self.unit = unit
  }

  public init(from reader: ConfigReader) throws {
    decay = try reader.double(
      "decay", in: 0...1, exclusiveMinimum: 0, doc: "what the rate is multiplied with after every unit")
    unit = try reader.choice("unit", default: .epoch, doc: "how often the rate changes")
  }

  public func factor(at progress: ScheduleProgress) -> Double {
    power(decay, progress.completed(unit))
  }
}
