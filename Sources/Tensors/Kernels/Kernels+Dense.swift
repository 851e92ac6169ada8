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

  /// f′ of a layer, laid out as its output.
  public enum Slope {
    /// f′ itself.
    case stored(Slice)
    /// The value of an activation whose f′ follows from it (``Activation/slopeFollowsFromValue``).
    case ofValue(Activation, Slice)

    var array: Slice {
      switch self {
      case .stored(let slice), .ofValue(_, let slice): slice
      }
    }
    var code: Int32 {
      switch self {
      case .stored: Activation.identity.code
      case .ofValue(let f, _): f.code
      }
    }
  }

  /// Gradients of a layer's weights: g ← g·f′, dW = xᵀ·g, db = the sum of g's rows.
  ///
  /// - Parameter slope: f′; nil for 1.
  public func denseOuter(
    _ x: Matrix, gradient g: Matrix, slope: Slope? = nil, weight dw: Sum?, bias db: Sum? = nil
  ) {
    precondition(x.rows == g.rows && x.columnStride == 1 && g.columnStride == 1, "shapes do not fit a layer")
    precondition(x.extent <= x.slice.count && g.extent <= g.slice.count)
    precondition(slope.map { $0.array.count >= g.extent } ?? true)
    if case .ofValue(let f, _)? = slope { precondition(f.slopeFollowsFromValue, "f′ does not follow from f") }
    precondition(dw.map { $0.slice.count >= x.columns * g.columns } ?? true)
    precondition(db.map { $0.slice.count >= g.columns } ?? true)
    table.pointee.dense_outer(
      g.rows, g.columns, x.columns, x.slice.base, x.rowStride, g.slice.base, g.rowStride,
      slope?.code ?? 0, slope?.array.base,
      dw?.slice.base, dw?.accumulates == true ? 1 : 0, db?.slice.base, db?.accumulates == true ? 1 : 0)
  }
}
