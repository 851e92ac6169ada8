import CKernels

extension Kernels {
  /// One tile of a running softmax over rows of length `length`, v = scale·s + offset:
  /// level′ = max(level, max v), s ← exp(v − level′), correction = exp(level − level′), sum ← sum·correction + Σ s.
  public func softmaxOnline(
    rows: Int, length: Int, _ s: Slice, scale: Double, offset: Slice?, level: Slice, sum: Slice,
    correction: Slice
  ) {
    precondition(s.count >= rows * length && (offset?.count ?? length) >= length)
    precondition([level, sum, correction].allSatisfy { $0.count >= rows })
    table.pointee.softmax_online(
      rows, length, s.base, scale, offset?.base, level.base, sum.base, correction.base)
  }

  /// level ← level + log(sum)
  public func softmaxFinish(rows: Int, sum: Slice, level: Slice) {
    precondition(sum.count >= rows && level.count >= rows)
    table.pointee.softmax_finish(rows, sum.base, level.base)
  }

  /// s ← exp(scale·s + offset − level[r])
  public func softmaxAgain(
    rows: Int, length: Int, _ s: Slice, scale: Double, offset: Slice?, level: Slice
  ) {
    precondition(s.count >= rows * length && (offset?.count ?? length) >= length && level.count >= rows)
    table.pointee.softmax_again(rows, length, s.base, scale, offset?.base, level.base)
  }

  /// ds = alpha·p·(g − shift[r]); ds may be g.
  public func softmaxBackward(
    rows: Int, length: Int, _ p: Slice, _ g: Slice, shift: Slice, _ alpha: Double, into ds: Slice,
    accumulate: Bool = false
  ) {
    precondition([p, g, ds].allSatisfy { $0.count >= rows * length } && shift.count >= rows)
    table.pointee.softmax_backward(
      rows, length, p.base, g.base, shift.base, alpha, ds.base, accumulate ? 1 : 0)
  }

  /// out[r] = Σ_c a[r,c]·b[r,c] for strided rows.
  public func rowDots(
    rows: Int, length: Int, _ a: Slice, stride aStride: Int, _ b: Slice, stride bStride: Int, into out: Slice
  ) {
    guard rows > 0 else { return }
    precondition((rows - 1) * aStride + length <= a.count && (rows - 1) * bStride + length <= b.count)
    precondition(out.count >= rows)
    table.pointee.row_dots(rows, length, a.base, aStride, b.base, bStride, out.base)
  }

  /// x[r] ← x[r]·factor[r], or x[r]/factor[r], for strided rows.
  public func scaleRows(
    rows: Int, length: Int, _ x: Slice, stride: Int, by factors: Slice, dividing: Bool = false
  ) {
    guard rows > 0 else { return }
    precondition((rows - 1) * stride + length <= x.count && factors.count >= rows)
    table.pointee.scale_rows(rows, length, factors.base, dividing ? 1 : 0, x.base, stride)
  }

  /// Lion on one range: w ← (1 − decay)·w − step·sign(β₁m + (1 − β₁)g), m ← β₂m + (1 − β₂)g.
  ///
  /// - References: X. Chen et al., Symbolic Discovery of Optimization Algorithms, NeurIPS 2023, algorithm 2.
  public func lion(
    count: Int, w: Slice, m: Slice, g: Slice, beta1: Double, beta2: Double, step: Double, decay: Double
  ) {
    precondition(w.count >= count && m.count >= count && g.count >= count)
    table.pointee.lion(count, w.base, m.base, g.base, beta1, beta2, step, decay)
  }
}
