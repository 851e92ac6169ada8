import CKernels

extension Kernels {
  /// y = (x − mean)/√(var + ε)·γ + β along each row; γ and β are `[period][length]`, and row r uses part r mod period.
  ///
  /// - Parameters:
  ///   - affine: γ and β.
  ///   - statistics: mean and 1/√(var + ε) of each row.
  public func normalizeRows(
    rows: Int, length: Int, _ x: Slice, affine: (scale: Slice, shift: Slice)?, period: Int, epsilon: Double,
    into y: Slice, statistics: Slice
  ) {
    precondition(x.count >= rows * length && y.count >= rows * length && statistics.count >= 2 * rows)
    precondition(
      affine.map { $0.scale.count >= period * length && $0.shift.count >= period * length } ?? true)
    table.pointee.row_norm(
      rows, length, period, x.base, affine?.scale.base, affine?.shift.base, epsilon, y.base, statistics.base)
  }

  /// The adjoint of ``normalizeRows``: dx = …, dγ += …, dβ += ….
  public func normalizeRowsBackward(
    rows: Int, length: Int, _ x: Slice, scale: Slice?, period: Int, statistics: Slice, _ g: Slice,
    into dx: Slice?, accumulate: Bool, addingTo affine: (scale: Slice, shift: Slice)?
  ) {
    precondition(x.count >= rows * length && g.count >= rows * length && statistics.count >= 2 * rows)
    precondition((dx?.count ?? rows * length) >= rows * length && (scale == nil) == (affine == nil))
    precondition((scale?.count ?? period * length) >= period * length)
    precondition(
      affine.map { $0.scale.count >= period * length && $0.shift.count >= period * length } ?? true)
    table.pointee.row_norm_backward(
      rows, length, period, x.base, scale?.base, statistics.base, g.base, dx?.base, accumulate ? 1 : 0,
      affine?.scale.base, affine?.shift.base)
  }

  /// Mean and Σ (x − mean)² of every column.
  public func columnMoments(rows: Int, channels: Int, _ x: Slice, mean: Slice, squares: Slice) {
    precondition(x.count >= rows * channels && mean.count >= channels && squares.count >= channels)
    table.pointee.column_moments(rows, channels, x.base, mean.base, squares.base)
  }

  /// y = f((x − mean[c])·scale[c] + shift[c])
  public func normalizeColumns(
    rows: Int, channels: Int, _ x: Slice, mean: Slice, scale: Slice, shift: Slice, _ f: Activation,
    into y: Slice
  ) {
    precondition(x.count >= rows * channels && y.count >= rows * channels)
    precondition(mean.count >= channels && scale.count >= channels && shift.count >= channels)
    table.pointee.column_norm(
      f.code, rows, channels, x.base, mean.base, scale.base, shift.base, y.base)
  }

  /// g ← g·f′((x − mean)·scale + shift), sums += Σ_r g, products += Σ_r g·(x − mean)
  public func normalizeColumnsBackward(
    rows: Int, channels: Int, _ x: Slice, mean: Slice, scale: Slice, shift: Slice, _ f: Activation,
    _ g: Slice, sums: Slice, products: Slice
  ) {
    precondition(x.count >= rows * channels && g.count >= rows * channels)
    precondition(mean.count >= channels && scale.count >= channels && shift.count >= channels)
    precondition(sums.count >= channels && products.count >= channels)
    table.pointee.column_norm_sums(
      f.code, rows, channels, x.base, mean.base, scale.base, shift.base, g.base, sums.base, products.base)
  }

  /// y = a[c]·g + b[c]·(x − mean[c]) + d[c]
  public func combineColumns(
    rows: Int, channels: Int, _ g: Slice, by a: Slice, _ x: Slice, mean: Slice, by b: Slice, plus d: Slice,
    into y: Slice, accumulate: Bool = false
  ) {
    precondition(x.count >= rows * channels && g.count >= rows * channels && y.count >= rows * channels)
    precondition([mean, a, b, d].allSatisfy { $0.count >= channels })
    table.pointee.column_combination(
      rows, channels, g.base, x.base, mean.base, a.base, b.base, d.base, y.base, accumulate ? 1 : 0)
  }
}
