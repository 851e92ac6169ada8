import Configuration

/// A schedule that configurations can name.
public struct ScheduleEntry: Sendable {
  public let name: String
  public let summary: String
  public let read: @Sendable (ConfigReader) throws -> any Schedule

  public init<S: Schedule>(_ schedule: S.Type) {
    name = schedule.identifier
    summary = schedule.summary
    read = { try schedule.init(from: $0) }
  }
}

/// All schedules, alphabetically.
public enum ScheduleRegistry {
  public static let entries: [ScheduleEntry] = [
    ScheduleEntry(ConstantSchedule.self),
    ScheduleEntry(CosineSchedule.self),
    ScheduleEntry(ExponentialSchedule.self),
    ScheduleEntry(InverseSqrtSchedule.self),
    ScheduleEntry(InverseTimeSchedule.self),
    ScheduleEntry(MultiStepSchedule.self),
    ScheduleEntry(OneCycleSchedule.self),
    ScheduleEntry(StepSchedule.self),
  ]

  /// The schedule under a key of a configuration; a constant rate if the key is left out.
  public static func read(_ key: String = "schedule", from reader: ConfigReader) throws -> any Schedule {
    try reader.variant(
      key, of: entries.map { ($0.name, $0.summary, $0.read) }, default: ConstantSchedule.identifier,
      doc: "how the learning rate changes during training")
  }
}
