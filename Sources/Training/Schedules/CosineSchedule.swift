import Configuration

/// Half a cosine from the full rate to a final one, after an optional linear warm-up.
///
///     f = s + (1 − s)·n / W                               n < W
///     f = f∞ + (1 − f∞)·(1 + cos(π (n − W) / P)) / 2       W ≤ n ≤ W + P,  f∞ afterwards
///
/// `n` counts epochs or steps, `W` is the warm-up and `P` the period, by default what is left of the run.
/// The first value after the warm-up is the full rate, and with `n` counted from zero the final one would
/// belong to the step after the last.
///
/// - References: I. Loshchilov, F. Hutter, SGDR, ICLR 2017, arXiv:1608.03983, eq. (5) without restarts;
///   `LinearLR` followed by `CosineAnnealingLR` of PyTorch, which rises again after `P` where this one
///   stays.
public struct CosineSchedule: Schedule {
  public static let identifier = "cosine"
  public static let summary = "linear warm-up, then half a cosine down to a final factor"

  /// W in epochs.
  public var warmupEpochs: Double
  /// s: factor of the first step when there is a warm-up.
  public var warmupFactor: Double
  /// f∞.
  public var finalFactor: Double
  /// P in epochs; nil for the rest of the run.
  public var period: Double?
  public var unit: ScheduleUnit

  public init(
    warmupEpochs: Double = 0, warmupFactor: Double = 0.01, finalFactor: Double = 0, period: Double? = nil,
    unit: ScheduleUnit = .epoch
  ) {
    self.warmupEpochs = warmupEpochs
    self.warmupFactor = warmupFactor
    self.finalFactor = finalFactor
    self.period = period
    self.unit = unit
  }

  public init(from reader: ConfigReader) throws {
    warmupEpochs = try reader.double(
      "warmupEpochs", default: 0, in: 0...1e9, doc: "epochs over which the rate rises linearly")
    warmupFactor = try reader.double(
      "warmupFactor", default: 0.01, in: 0...1,
      doc: "factor of the first step of a warm-up; above zero, so that it is not wasted")
    finalFactor = try reader.double(
      "finalFactor", default: 0, in: 0...1, doc: "factor at the end of the cosine")
    period = try reader.optionalDouble(
      "period", in: 0...1e9, exclusiveMinimum: 0,
      doc: "epochs from the full rate to the final one; null for the rest of the run")
    unit = try reader.choice("unit", default: .epoch, doc: "how often the rate changes")
  }

  public var dependsOnLength: Bool { period == nil }

  public func factor(at progress: ScheduleProgress) -> Double {
    let n = progress.completed(unit)
    let warmup = progress.units(unit, inEpochs: warmupEpochs)
    if n < warmup { return warmupFactor + (1 - warmupFactor) * n / warmup }
    let length = period.map { progress.units(unit, inEpochs: $0) } ?? progress.total(unit) - warmup
    let done = length > 0 ? min(1, (n - warmup) / length) : 1
    return finalFactor + (1 - finalFactor) * (1 + cosine(.pi * done)) / 2
  }
}
