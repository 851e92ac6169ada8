import Configuration

/// A rate that falls by a factor every so many epochs.
///
///     f = γ^⌊epoch / every⌋
///
/// - References: the FNO scripts of 2022 use γ = 0.5 every 50 (1-D) or 100 epochs (2-D) of 500;
///   `StepLR` of PyTorch.
public struct StepSchedule: Schedule {
  public static let identifier = "step"
  public static let summary = "multiplied by a factor every so many epochs"

  /// Epochs between two changes, ≥ 1.
  public var every: Int
  /// γ, in (0, 1].
  public var decay: Double

  public init(every: Int, decay: Double) {
    precondition(every >= 1, "a step schedule needs at least one epoch between changes")
    self.every = every
    self.decay = decay
  }

  public init(from reader: ConfigReader) throws {
    every = try reader.int("every", in: 1...Int.max, doc: "epochs between two changes of the rate")
    decay = try reader.double(
      "decay", default: 0.5, in: 0...1, exclusiveMinimum: 0,
      doc: "what the rate is multiplied with at a change")
  }

  public func factor(at progress: ScheduleProgress) -> Double {
    power(decay, Double(progress.epoch / every))
  }
}
