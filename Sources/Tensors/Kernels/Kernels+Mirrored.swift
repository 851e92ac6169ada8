import CKernels

// Lines of a real field, about whose middle cosines are even and sines odd.
extension Kernels {
  /// even[n] = x[n] + x[N − n] and odd[n] = x[n] − x[N − n] for the rows n in `rows` of a line of N = `points` rows; a
  /// row that is its own mirror image gives x[n] and 0.
  public func fold(_ line: Slice, points: Int, channels: Int, rows: Range<Int>, even: Slice, odd: Slice) {
    precondition(
      line.count >= points * channels && rows.lowerBound >= 0 && 2 * (rows.upperBound - 1) <= points)
    precondition(even.count >= rows.count * channels && odd.count >= rows.count * channels)
    table.pointee.fold(
      points, channels, rows.lowerBound, rows.upperBound, line.base, even.base, odd.base)
  }

  /// The rows n in `rows` of a line of N = `points` rows, and their images N − n, from modes `[k][re | im][channel]`:
  ///
  ///     e_n = Σ_k cosine[k, n]·re_k    o_n = Σ_k sine[k, n]·im_k    x[n] = start + e_n + o_n    x[N − n] = start + e_n − o_n
  ///
  /// A row that is its own mirror image is start + e_n.
  ///
  /// - Parameters:
  ///   - cosine: `[k][rows]`, as `sine` is; both with the same stride.
  public func mirroredSynthesis(
    cosine: Matrix, sine: Matrix, modes: Slice, points: Int, channels: Int, rows: Range<Int>,
    into line: Slice,
    _ start: Start
  ) {
    precondition(
      line.count >= points * channels && rows.lowerBound >= 0 && 2 * (rows.upperBound - 1) <= points)
    precondition(
      cosine.rows == sine.rows && cosine.rowStride == sine.rowStride && cosine.columnStride == 1
        && sine.columnStride == 1 && cosine.columns == rows.count && sine.columns == rows.count)
    precondition(cosine.slice.count >= cosine.extent && sine.slice.count >= sine.extent)
    precondition(modes.count >= 2 * cosine.rows * channels)
    let (mode, bias) = start.code(columns: channels)
    table.pointee.mirrored_synthesis(
      points, channels, rows.lowerBound, rows.upperBound, cosine.rows, cosine.slice.base, sine.slice.base,
      cosine.rowStride, modes.base, line.base, mode, bias)
  }

  /// Rows n and N − n of x become their sum and their difference, for 0 < n < N/2; its own transpose.
  public func butterfly(_ x: Slice, points: Int, channels: Int) {
    precondition(x.count >= points * channels)
    table.pointee.butterfly(points, channels, x.base)
  }
}
