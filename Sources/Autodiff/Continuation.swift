import Tensors

/// How a field goes on beyond the ends of an axis of N points, for its Fourier transform.
public enum Continuation: Hashable, Sendable {
  /// x[n + N] = x[n].
  case periodic
  /// x[−1 − n] = x[n], mirrored half a step beyond the ends: a period of 2N points.
  case mirrored
  /// x[−n] = x[n], mirrored about the end points: a period of 2(N − 1) points.
  case mirroredAboutEnds

  /// Points of one period, at least 1.
  public func period(points: Int) -> Int {
    switch self {
    case .periodic: points
    case .mirrored: 2 * points
    case .mirroredAboutEnds: max(1, 2 * (points - 1))
    }
  }

  /// The place in a period, other than n, where the value of point n stands too.
  private func image(of n: Int, points: Int) -> Int? {
    switch self {
    case .periodic: nil
    case .mirrored: 2 * points - 1 - n
    case .mirroredAboutEnds: n == 0 || n == points - 1 ? nil : 2 * (points - 1) - n
    }
  }

  /// What the points of an axis contribute to mode k of the continued field, Σ e^{−2πi km/P} over the places m of a point,
  /// as cosine and minus sine; a synthesis reads the field at n alone.
  func wave(_ k: Int, at n: Int, points: Int, withImages: Bool) -> (cosine: Double, sine: Double) {
    let period = period(points: points)
    var wave = exactSineAndCosine(numerator: k * n % period, denominator: period)
    if withImages, let image = image(of: n, points: points) {
      let other = exactSineAndCosine(numerator: k * image % period, denominator: period)
      wave.cosine += other.cosine
      wave.sine += other.sine
    }
    return (wave.cosine, wave.sine)
  }
}
