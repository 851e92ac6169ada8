import Configuration

/// A rate that falls by a factor at given epochs.
///
///     f = γ^(number of milestones ≤ epoch)
///
/// - References: `MultiStepLR` of PyTorch.
public struct MultiStepSchedule: Schedule {
  public static let identifier = "multiStep"
  public static let summary = "multiplied by a factor at given epochs"

  /// Epochs before which the rate changes, in any order.
  public var milestones: [Int]
  /// γ, in (0, 1].
  public var decay: Double

  public init(milestones: [Int], decay: Double) {
    self.milestones = milestones
    self.decay = decay
  }

  public init(from reader: ConfigReader) throws {
    milestones = try reader.ints(
      "milestones", each: 0...Int.max, doc: "completed epochs at which the rate changes")
    decay = try reader.double(
      "decay", default: 0.1, in: 0...1, exclusiveMinimum: 0,
      doc: "what the rate is multiplied with at a milestone")
  }

  public func factor(at progress: ScheduleProgress) -> Double {
    power(decay, Double(milestones.count { $0 <= progress.epoch }))
  }
}
