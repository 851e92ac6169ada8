import Configuration

/// The optimiser's rate throughout.
public struct ConstantSchedule: Schedule {
  public static let identifier = "constant"
  public static let summary = "the optimiser's rate throughout"

  public init() {}

  public init(from reader: ConfigReader) throws {}

  public func factor(at progress: ScheduleProgress) -> Double { 1 }
}
