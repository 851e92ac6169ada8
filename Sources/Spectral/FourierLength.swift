/// Lengths for which the fast Fourier transform is fast: 2^a·3^b·5^c·7^d.
public enum FourierLength {
  /// The smallest even product of 2, 3, 5 and 7 that is at least `minimum`.
  ///
  /// Even, because a real transform of even length needs half the work; the factors are those for
  /// which FFTW has hard-wired butterflies.
  public static func fast(atLeast minimum: Int) -> Int {
    var candidate = max(2, minimum + minimum % 2)
    while !isSmooth(candidate) { candidate += 2 }
    return candidate
  }

  /// Grid points on which the product of two fields of modes |k| ≤ `modes` has no alias among the
  /// kept modes: the smallest fast N with 3·modes < N (the "2/3 rule", stated from the modes).
  public static func dealiased(modes: Int) -> Int { dealiased(modes: modes, degree: 2) }

  /// The same for products of `degree` fields: (degree + 1)·modes < N, so 1/2 of the grid's modes for cubic terms.
  public static func dealiased(modes: Int, degree: Int) -> Int { fast(atLeast: (degree + 1) * modes + 1) }

  /// The smallest 2^k or 5·2^k that is at least `minimum`, and at least 64: lengths of ``RealLineTransform`` for which
  /// estimated plans are good ones. Those of 3·2^k take twice as long as longer lines (FFTW 3.3.10).
  public static func line(atLeast minimum: Int) -> Int {
    var length = 64
    while length < minimum { length *= 2 }
    let shorter = length / 8 * 5
    return shorter >= minimum && shorter >= 64 ? shorter : length
  }

  /// Whether 2, 3, 5 and 7 are the only prime factors.
  package static func isSmooth(_ n: Int) -> Bool {
    var rest = n
    for factor in [2, 3, 5, 7] {
      while rest % factor == 0 { rest /= factor }
    }
    return rest == 1
  }
}
