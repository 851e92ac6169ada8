/// Mean and sum of squared deviations, updated value by value or merged from parts, without cancellation.
///
///     δ = x − m ;  m ← m + δ/n ;  M₂ ← M₂ + δ·(x − m)
///
/// - References: B. P. Welford, Technometrics 4 (1962); T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating
///   formulae and a pairwise algorithm for computing sample variances", COMPSTAT 1982.
struct RunningMoments: Equatable {
  var count = 0
  var mean = 0.0
  /// Sum of squared deviations from the mean.
  var squares = 0.0

  mutating func add(_ value: Double) {
    count += 1
    let deviation = value - mean
    mean += deviation / Double(count)
    squares += deviation * (value - mean)
  }

  mutating func merge(_ other: RunningMoments) {
    guard other.count > 0 else { return }
    guard count > 0 else {
      self = other
      return
    }
    let total = Double(count + other.count)
    let deviation = other.mean - mean
    let weight = Double(count) * Double(other.count) / total
    mean += deviation * Double(other.count) / total
    squares += other.squares + deviation * deviation * weight
    count += other.count
  }

  /// Unbiased; 0 for fewer than two values.
  var variance: Double { count > 1 ? squares / Double(count - 1) : 0 }
}
