import Configuration

/// A rate that falls with one over the steps.
///
///     f = 1 / (1 + rate·step / decaySteps)
///
/// - References: `inverse time` decay of DeepXDE (L. Lu et al., SIAM Review 2021, arXiv:1907.04502).
public struct InverseTimeSchedule: Schedule {
  public static let identifier = "inverseTime"
  public static let summary = "one over a linear function of the steps"

  public var rate: Double
  public var decaySteps: Double

  public init(rate: Double, decaySteps: Double) {
    precondition(decaySteps > 0, "decay takes a positive number of steps")
    self.rate = rate
    self.decaySteps = decaySteps
  }

  public init(from reader: ConfigReader) throws {
    rate = try reader.double(
      "rate", default: 1, in: 0...1e9, doc: "how much one over the factor grows in decaySteps steps")
    decaySteps = try reader.double(
      "decaySteps", in: 0...1e15, exclusiveMinimum: 0, doc: "steps in which it grows by rate")
  }

  public func factor(at progress: ScheduleProgress) -> Double {
    1 / (1 + rate * Double(progress.step) / decaySteps)
  }
}
