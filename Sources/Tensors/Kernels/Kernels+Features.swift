import CKernels

extension Kernels {
  /// In each of `parts` parts of a row the pairs (x[i], x[i + half]) are turned by the angles of the row's point:
  /// u = a·cos − b·sin, v = a·sin + b·cos. y may be x.
  ///
  /// - Parameters:
  ///   - cosine: cosines and sines are `[rows][half]`.
  ///   - inverse: turn back, which is the transposed map.
  public func rotate(
    rows: Int, parts: Int, half: Int, _ x: Slice, cosine: Slice, sine: Slice, inverse: Bool = false,
    into y: Slice, accumulate: Bool = false
  ) {
    precondition(x.count >= 2 * rows * parts * half && y.count >= 2 * rows * parts * half)
    precondition(cosine.count >= rows * half && sine.count >= rows * half)
    table.pointee.rotate(
      rows, parts, half, x.base, cosine.base, sine.base, inverse ? -1 : 1, y.base, accumulate ? 1 : 0)
  }

  /// y[r] = [f where x > 0 | f where x < 0] with f = (|x|/n)^p, n = ‖x[r]‖ and p = power·(½ + tanh n).
  public func directionPowers(rows: Int, length: Int, _ x: Slice, power: Double, into y: Slice) {
    precondition(x.count >= rows * length && y.count >= 2 * rows * length)
    table.pointee.direction_powers(rows, length, x.base, power, y.base)
  }

  /// The adjoint of ``directionPowers`` at x, whose value is y.
  public func directionPowersBackward(
    rows: Int, length: Int, _ x: Slice, power: Double, value y: Slice, _ g: Slice, into dx: Slice,
    accumulate: Bool = false
  ) {
    precondition(x.count >= rows * length && dx.count >= rows * length)
    precondition(y.count >= 2 * rows * length && g.count >= 2 * rows * length)
    table.pointee.direction_powers_backward(
      rows, length, x.base, power, y.base, g.base, dx.base, accumulate ? 1 : 0)
  }

  /// y[r] = [x³ where x > 0 | −x³ where x < 0]
  public func signedCubes(rows: Int, length: Int, _ x: Slice, into y: Slice) {
    precondition(x.count >= rows * length && y.count >= 2 * rows * length)
    table.pointee.signed_cubes(rows, length, x.base, y.base)
  }

  /// The adjoint of ``signedCubes`` at x.
  public func signedCubesBackward(
    rows: Int, length: Int, _ x: Slice, _ g: Slice, into dx: Slice, accumulate: Bool = false
  ) {
    precondition(x.count >= rows * length && dx.count >= rows * length && g.count >= 2 * rows * length)
    table.pointee.signed_cubes_backward(rows, length, x.base, g.base, dx.base, accumulate ? 1 : 0)
  }
}
