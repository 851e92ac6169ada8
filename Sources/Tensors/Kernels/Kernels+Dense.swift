import CKernels

/// Layers of perceptrons.
extension Kernels {
  /// A matrix B as a layer reads it.
  public enum DenseWeight {
    /// As it is, its rows one after another.
    case plain(Slice)
    /// As ``pack(_:row:depth:into:)`` writes it.
    case packed(Slice)
  }

  /// From how many rows on packing a weight is worth its passes over it.
  public static let rowsWorthPacking = 32

  /// y = f(start + x·B), and f′ there if a derivative is wanted, which is laid out as y.
  public func dense(
    _ f: Activation, _ x: Matrix, by weight: DenseWeight, into y: Matrix, derivative: Slice? = nil,
    _ start: Start = .zero
  ) {
    precondition(x.rows == y.rows && x.columnStride == 1 && y.columnStride == 1, "shapes do not fit a layer")
    precondition(x.extent <= x.slice.count && y.extent <= y.slice.count)
    precondition(derivative.map { $0.count >= y.extent } ?? true)
    let (b, needed, isPacked) =
      switch weight {
      case .plain(let slice): (slice, x.columns * y.columns, Int32(0))
      case .packed(let slice): (slice, Kernels.packedCount(depth: x.columns, columns: y.columns), Int32(1))
      }
    precondition(b.count >= needed, "the weight is too short")
    let (mode, bias) = start.code(columns: y.columns)
    table.pointee.dense(
      f.code, y.rows, y.columns, x.columns, x.slice.base, x.rowStride, b.base, isPacked, y.slice.base,
      y.rowStride,
      derivative?.base, mode, bias)
  }

  /// A gradient to be written or added to.
  public struct Sum {
    let slice: Slice
    let accumulates: Bool

    public init(_ slice: Slice, accumulates: Bool) {
      self.slice = slice
      self.accumulates = accumulates
    }
  }

  /// Gradients of a layer's weights: g ← g·f′, dW = xᵀ·g, db = the sum of g's rows.
  ///
  /// - Parameter derivative: f′, laid out as g; nil for 1.
  public func denseOuter(
    _ x: Matrix, gradient g: Matrix, derivative: Slice? = nil, weight dw: Sum?, bias db: Sum? = nil
  ) {
    precondition(x.rows == g.rows && x.columnStride == 1 && g.columnStride == 1, "shapes do not fit a layer")
    precondition(x.extent <= x.slice.count && g.extent <= g.slice.count)
    precondition(derivative.map { $0.count >= g.extent } ?? true)
    precondition(dw.map { $0.slice.count >= x.columns * g.columns } ?? true)
    precondition(db.map { $0.slice.count >= g.columns } ?? true)
    table.pointee.dense_outer(
      g.rows, g.columns, x.columns, x.slice.base, x.rowStride, g.slice.base, g.rowStride, derivative?.base,
      dw?.slice.base, dw?.accumulates == true ? 1 : 0, db?.slice.base, db?.accumulates == true ? 1 : 0)
  }
}
