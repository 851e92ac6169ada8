import Tensors

/// A complex matrix as two real ones of equal shape.
struct ComplexMatrix {
  enum Conjugate {
    case neither
    case left
    case right
  }

  let real: Slice
  let imaginary: Slice
  let rows: Int
  let columns: Int
  private var isTransposed = false

  init(real: Slice, imaginary: Slice, rows: Int, columns: Int) {
    self.real = real
    self.imaginary = imaginary
    self.rows = rows
    self.columns = columns
  }

  private init(_ other: ComplexMatrix, transposed: Bool) {
    real = other.real
    imaginary = other.imaginary
    rows = other.columns
    columns = other.rows
    isTransposed = transposed
  }

  /// The same memory read as the transposed matrix (without conjugation).
  var transposed: ComplexMatrix { ComplexMatrix(self, transposed: !isTransposed) }

  /// The matrix with contiguous rows: itself, or a copy in `scratch`.
  func contiguous(_ kernels: Kernels, _ scratch: Slice) -> ComplexMatrix {
    if !isTransposed { return self }
    let count = rows * columns
    let copy = ComplexMatrix(
      real: scratch.dropping(0, length: count), imaginary: scratch.dropping(count, length: count), rows: rows,
      columns: columns)
    kernels.transpose(rows: columns, columns: rows, real, into: copy.real)
    kernels.transpose(rows: columns, columns: rows, imaginary, into: copy.imaginary)
    return copy
  }

  private func plane(_ slice: Slice) -> Kernels.Matrix {
    isTransposed
      ? Kernels.Matrix(slice, rows: columns, columns: rows).transposed
      : Kernels.Matrix(slice, rows: rows, columns: columns)
  }

  /// C = self·R, or C += self·R, with one factor conjugated. R and C have contiguous rows.
  func multiply(
    _ k: Kernels, _ r: ComplexMatrix, into c: ComplexMatrix, conjugate: Conjugate, accumulate: Bool
  ) {
    precondition(!r.isTransposed && !c.isTransposed, "rows of R and C must be contiguous")
    let start: Kernels.Start = accumulate ? .accumulate : .zero
    let (re, im) = (c.plane(c.real), c.plane(c.imaginary))
    /// target −= product, in two changes of sign.
    func subtract(_ a: Slice, _ b: Slice, from target: Kernels.Matrix, _ slice: Slice) {
      if accumulate { k.scale(-1, slice, into: slice) }
      k.multiply(plane(a), r.plane(b), into: target, start)
      k.scale(-1, slice, into: slice)
    }
    switch conjugate {
    case .neither:
      subtract(imaginary, r.imaginary, from: re, c.real)
      k.multiply(plane(real), r.plane(r.real), into: re, .accumulate)
      k.multiply(plane(real), r.plane(r.imaginary), into: im, start)
      k.multiply(plane(imaginary), r.plane(r.real), into: im, .accumulate)
    case .left, .right:
      k.multiply(plane(imaginary), r.plane(r.imaginary), into: re, start)
      k.multiply(plane(real), r.plane(r.real), into: re, .accumulate)
      if conjugate == .left {
        subtract(imaginary, r.real, from: im, c.imaginary)
        k.multiply(plane(real), r.plane(r.imaginary), into: im, .accumulate)
      } else {
        subtract(real, r.imaginary, from: im, c.imaginary)
        k.multiply(plane(imaginary), r.plane(r.real), into: im, .accumulate)
      }
    }
  }
}
