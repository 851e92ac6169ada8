import Configuration

/// A learning rate as a pure function of the position in a run.
///
/// Schedules are dimensionless: they multiply the optimiser's rate, which stands in the optimiser's
/// section of a configuration.
public protocol Schedule: Sendable {
  /// Name in configurations.
  static var identifier: String { get }
  /// One line on what it does.
  static var summary: String { get }

  /// Reads the schedule's own section, such as `{"type": "step", "every": 100}`.
  init(from reader: ConfigReader) throws

  /// What the optimiser's rate is multiplied with for the next step.
  func factor(at progress: ScheduleProgress) -> Double

  /// The optimiser's momentum for the next step; nil leaves the optimiser's own.
  func momentum(at progress: ScheduleProgress) -> Double?

  /// Whether rates before the end depend on how many epochs the run has, so that a run cannot be made longer later.
  var dependsOnLength: Bool { get }
}

extension Schedule {
  public func momentum(at progress: ScheduleProgress) -> Double? { nil }
  public var dependsOnLength: Bool { false }

  /// The learning rate of the next step.
  public func learningRate(base: Double, at progress: ScheduleProgress) -> Double {
    base * factor(at: progress)
  }
}
