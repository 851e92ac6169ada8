import CKernels

/// Symmetries of a real line of N points that its waves share: their products with it need only some of the points.
public enum LineSymmetry: Sendable {
  /// Points n and N − n: cosines are even and sines odd.
  case halves
  /// The points N/2 − n and N/2 + n too, for even N: waves of even and of odd number differ by their sign.
  case quarters

  /// Quarters of even lines of 256 points and more; shorter ones are bound by loads and stores, and fewer products do not
  /// make them faster.
  public init(points: Int) { self = points % 2 == 0 && points >= 256 ? .quarters : .halves }

  /// Arrays that a line is folded to: cosine and sine parts, of all modes or of the even and then of the odd ones.
  public var parts: Int { self == .halves ? 2 : 4 }

  /// Of a line of `points` points, those that the others are images of: 0, 1, …
  public func rows(points: Int) -> Int { points / parts + 1 }
}

// Lines of a real field, about whose middle cosines are even and sines odd.
extension Kernels {
  /// Sums and differences of the points `rows` of a line of N = `points` and their images.
  ///
  /// With e_n = x[n] + x[N − n] and o_n = x[n] − x[N − n] (x[n] and 0 for a point that is its own image) `parts` become e
  /// and o; for quarters e_n + e_{N/2−n}, o_n − o_{N/2−n}, e_n − e_{N/2−n}, o_n + o_{N/2−n}, or e_n, 0, 0, o_n at n = N/4.
  ///
  /// - Parameter parts: `[symmetry.parts][rows][channels]`
  public func fold(
    _ line: Slice, points: Int, channels: Int, _ symmetry: LineSymmetry, rows: Range<Int>, into parts: Slice
  ) {
    check(line, points: points, channels: channels, symmetry, rows: rows)
    precondition(parts.count >= symmetry.parts * rows.count * channels)
    table.pointee.fold(
      points, channels, symmetry == .quarters ? 1 : 0, rows.lowerBound, rows.upperBound, line.base, parts.base
    )
  }

  private func check(
    _ line: Slice, points: Int, channels: Int, _ symmetry: LineSymmetry, rows: Range<Int>
  ) {
    precondition(symmetry == .halves || points % 2 == 0, "only even lines have quarters")
    precondition(
      line.count >= points * channels && rows.lowerBound >= 0
        && rows.upperBound <= symmetry.rows(points: points))
  }

  /// The points n in `rows` of a line of N = `points` and all their images from modes `[k][re | im][channel]`:
  ///
  ///     x[n] = start + Σ_k cosine[k, n]·re_k + Σ_k sine[k, n]·im_k
  ///
  /// - Parameters:
  ///   - cosine: `[k][rows]`, as `sine` is; both with the same stride. In images a cosine of mode k is taken as even about
  ///     the middle and of parity (−1)^k about the quarters, a sine as odd and of parity −(−1)^k.
  public func mirroredSynthesis(
    cosine: Matrix, sine: Matrix, modes: Slice, points: Int, channels: Int, _ symmetry: LineSymmetry,
    rows: Range<Int>, into line: Slice, _ start: Start
  ) {
    check(line, points: points, channels: channels, symmetry, rows: rows)
    precondition(
      cosine.rows == sine.rows && cosine.rowStride == sine.rowStride && cosine.columnStride == 1
        && sine.columnStride == 1 && cosine.columns == rows.count && sine.columns == rows.count)
    precondition(cosine.slice.count >= cosine.extent && sine.slice.count >= sine.extent)
    precondition(modes.count >= 2 * cosine.rows * channels)
    let (mode, bias) = start.code(columns: channels)
    table.pointee.mirrored_synthesis(
      points, channels, symmetry == .quarters ? 1 : 0, rows.lowerBound, rows.upperBound, cosine.rows,
      cosine.slice.base, sine.slice.base, cosine.rowStride, modes.base, line.base, mode, bias)
  }

  /// Rows n and N − n of x become their sum and their difference, for 0 < n < N/2; its own transpose.
  public func butterfly(_ x: Slice, points: Int, channels: Int) {
    precondition(x.count >= points * channels)
    table.pointee.butterfly(points, channels, x.base)
  }
}
