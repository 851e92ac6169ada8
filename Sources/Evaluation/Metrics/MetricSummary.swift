/// What is reported of a measure over many samples: the one place where per-sample numbers are reduced.
public struct MetricSummary: Sendable, Equatable {
  public let count: Int
  /// The plain mean of the samples' numbers: each sample weighs the same.
  public let mean: Double
  /// The mean without the ⌈n/1000⌉ largest numbers, as the DeepONet paper reports it; the mean itself of one sample.
  public let trimmedMean: Double
  public let median: Double
  /// The number that 95 % of the samples do not exceed, interpolated linearly between samples.
  public let percentile95: Double
  public let worst: Double
  /// Which sample that is; the first, if several are equal.
  public let worstIndex: Int

  /// The summary of one number for each sample; nil without samples.
  ///
  /// A number that is not one counts as the largest, and makes the mean not a number.
  public init?(perSample values: [Double]) {
    guard !values.isEmpty else { return nil }
    let ranked = values.map { $0.isNaN ? Double.infinity : $0 }
    let sorted = ranked.sorted()
    count = values.count
    mean = values.reduce(0, +) / Double(values.count)
    let kept = sorted.dropLast(values.count > 1 ? (values.count + 999) / 1000 : 0)
    trimmedMean = kept.reduce(0, +) / Double(kept.count)
    median = Self.quantile(0.5, of: sorted)
    percentile95 = Self.quantile(0.95, of: sorted)
    var worstIndex = 0
    for index in ranked.indices where ranked[index] > ranked[worstIndex] { worstIndex = index }
    self.worstIndex = worstIndex
    worst = values[worstIndex]
  }

  /// The quantile of ascending numbers: linear between the neighbours of place `q·(n − 1)`.
  private static func quantile(_ q: Double, of sorted: [Double]) -> Double {
    let place = q * Double(sorted.count - 1)
    let lower = Int(place)
    let fraction = place - Double(lower)
    guard fraction > 0, sorted[lower + 1].isFinite else { return sorted[fraction > 0 ? lower + 1 : lower] }
    return sorted[lower] + fraction * (sorted[lower + 1] - sorted[lower])
  }
}
