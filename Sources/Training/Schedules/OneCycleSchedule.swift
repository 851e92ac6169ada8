import Configuration

/// Up and down once: cosine from a start to the full rate, and cosine from there to nearly nothing.
///
///     n₁ = p·N − 1,  n₂ = N − 1
///     f  = cosine from 1/d to 1             0 ≤ n ≤ n₁
///     f  = cosine from 1 to 1/(d·e)         n₁ ≤ n ≤ n₂,  1/(d·e) afterwards
///
/// The optimiser's rate is the maximum of the cycle. `N` counts the epochs or steps of the run. Momentum, which is Adam's β₁,
/// goes the other way by default, from `maximumMomentum` to `baseMomentum` at the full rate and back.
///
/// - References: L. N. Smith, N. Topin, Super-Convergence, 2018, arXiv:1708.07120; `OneCycleLR` of
///   PyTorch. MgNO (J. He et al., ICLR 2024, arXiv:2310.19809) steps it once per epoch with p = 0.2, d =
///   2, e = 100.
public struct OneCycleSchedule: Schedule {
  public static let identifier = "oneCycle"
  public static let summary = "cosine up to the full rate and down to nearly nothing"

  /// d: the cycle starts at the full rate divided by this.
  public var startDivisor: Double
  /// e: the cycle ends at its start divided by this.
  public var finalDivisor: Double
  /// p: part of the run spent on the rise.
  public var riseFraction: Double
  public var unit: ScheduleUnit
  /// Whether the optimiser's momentum is cycled too.
  public var cyclesMomentum: Bool
  /// Momentum at the full rate.
  public var baseMomentum: Double
  /// Momentum at both ends.
  public var maximumMomentum: Double

  public init(
    startDivisor: Double = 25, finalDivisor: Double = 10_000, riseFraction: Double = 0.3,
    unit: ScheduleUnit = .step, cyclesMomentum: Bool = true, baseMomentum: Double = 0.85,
    maximumMomentum: Double = 0.95
  ) {
    self.startDivisor = startDivisor
    self.finalDivisor = finalDivisor
    self.riseFraction = riseFraction
    self.unit = unit
    self.cyclesMomentum = cyclesMomentum
    self.baseMomentum = baseMomentum
    self.maximumMomentum = maximumMomentum
  }

  public init(from reader: ConfigReader) throws {
    startDivisor = try reader.double(
      "startDivisor", default: 25, in: 1...1e12, doc: "the cycle starts at the full rate divided by this")
    finalDivisor = try reader.double(
      "finalDivisor", default: 10_000, in: 1...1e12, doc: "the cycle ends at its start divided by this")
    riseFraction = try reader.double(
      "riseFraction", default: 0.3, in: 0...1, doc: "part of the run in which the rate rises")
    unit = try reader.choice("unit", default: .step, doc: "how often the rate changes")
    cyclesMomentum = try reader.bool(
      "cycleMomentum", default: true,
      doc: "whether momentum, Adam's beta1, falls while the rate rises and rises while it falls")
    baseMomentum = try reader.double(
      "baseMomentum", default: 0.85, in: 0...0.9999999, doc: "momentum at the full rate")
    maximumMomentum = try reader.double(
      "maximumMomentum", default: 0.95, in: 0...0.9999999, doc: "momentum at the start and at the end")
  }

  public var dependsOnLength: Bool { true }

  public func factor(at progress: ScheduleProgress) -> Double {
    let start = 1 / startDivisor
    return cycled(from: start, to: 1, backTo: start / finalDivisor, at: progress)
  }

  public func momentum(at progress: ScheduleProgress) -> Double? {
    cyclesMomentum
      ? cycled(from: maximumMomentum, to: baseMomentum, backTo: maximumMomentum, at: progress) : nil
  }

  private func cycled(from start: Double, to peak: Double, backTo end: Double, at progress: ScheduleProgress)
    -> Double
  {
    let n = progress.completed(unit)
    let total = progress.total(unit)
    let top = riseFraction * total - 1
    if n < top { return Self.halfCosine(from: start, to: peak, n / top) }
    let last = total - 1
    let begin = max(0, top)
    return Self.halfCosine(from: peak, to: end, last > begin ? (n - begin) / (last - begin) : 1)
  }

  private static func halfCosine(from a: Double, to b: Double, _ fraction: Double) -> Double {
    b + (a - b) * (1 + cosine(.pi * min(1, fraction))) / 2
  }
}
