import CKernels

/// The engine's kernels for one precision: checked Swift calls around the C table of an instruction set.
///
/// Matrices are row-major and channels contiguous. Each call documents `y = …`; with `accumulate` it is
/// `y += …`.
public struct Kernels: @unchecked Sendable {
  public let precision: Precision
  let table: UnsafePointer<OpkitKernels>

  /// - Parameter set: an instruction set this processor supports; tests compare several.
  public init(_ precision: Precision, set: KernelSet = .active) {
    precondition(set.rawValue <= KernelSet.active.rawValue, "this processor does not run \(set.name)")
    self.precision = precision
    table = opkit_kernels(set.rawValue, Int32(precision.byteCount))
  }

  /// How a matrix product starts.
  public enum Start {
    case zero
    case accumulate
    /// Every row of C starts as this row vector.
    case row(Slice)
  }

  /// A matrix inside a slice, `rows × columns`, with any strides.
  public struct Matrix {
    let slice: Slice
    public let rows: Int
    let columns: Int
    let rowStride: Int
    let columnStride: Int

    /// Row-major with `stride` elements from row to row.
    public init(_ slice: Slice, rows: Int, columns: Int, stride: Int? = nil) {
      self.init(slice, rows: rows, columns: columns, rowStride: stride ?? columns, columnStride: 1)
    }

    private init(_ slice: Slice, rows: Int, columns: Int, rowStride: Int, columnStride: Int) {
      self.slice = slice
      self.rows = rows
      self.columns = columns
      self.rowStride = rowStride
      self.columnStride = columnStride
    }

    /// The same memory read as the transposed matrix.
    public var transposed: Matrix {
      Matrix(slice, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
    }

    var extent: Int {
      rows == 0 || columns == 0 ? 0 : (rows - 1) * rowStride + (columns - 1) * columnStride + 1
    }
  }

  /// Operands of a product that are blocks of longer arrays in memory, gone through row by row: the rows behind the block
  /// are asked for while it is computed.
  public struct Ahead: OptionSet, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let left = Ahead(rawValue: Int32(OPKIT_AHEAD_A))
    /// Of a product with a transposed left operand only.
    public static let right = Ahead(rawValue: Int32(OPKIT_AHEAD_B))
    public static let result = Ahead(rawValue: Int32(OPKIT_AHEAD_C))
  }

  /// C = start + A·B. A may be transposed at no cost; B and C have contiguous rows.
  public func multiply(
    _ a: Matrix, _ b: Matrix, into c: Matrix, _ start: Start = .zero, ahead: Ahead = []
  ) {
    precondition(
      a.columns == b.rows && a.rows == c.rows && b.columns == c.columns, "matrix shapes do not fit")
    precondition(b.columnStride == 1 && c.columnStride == 1, "rows of B and C must be contiguous")
    precondition(a.extent <= a.slice.count && b.extent <= b.slice.count && c.extent <= c.slice.count)
    let (mode, bias) = start.code(columns: c.columns)
    table.pointee.gemm(
      c.rows, c.columns, a.columns, a.slice.base, a.rowStride, a.columnStride, b.slice.base, b.rowStride,
      c.slice.base,
      c.rowStride, mode, bias, ahead.rawValue)
  }

  /// y[s] = x[s]·W for `count` complex rows `[re | im]` at the given strides; W = `[re | im]`, each in × out.
  public func complexRows(
    count: Int, inputs: Int, outputs: Int, x: Slice, xStride: Int, w: Slice, y: Slice, yStride: Int,
    conjugate: Bool
  ) {
    precondition(w.count >= 2 * inputs * outputs)
    precondition(count == 0 || (count - 1) * xStride + 2 * inputs <= x.count)
    precondition(count == 0 || (count - 1) * yStride + 2 * outputs <= y.count)
    table.pointee.complex_rows(
      count, inputs, outputs, x.base, xStride, w.base, y.base, yStride, conjugate ? 1 : 0)
  }

  /// dW = Σ_s conj(x[s])ᵀ·g[s] for complex rows.
  public func complexOuter(
    count: Int, inputs: Int, outputs: Int, x: Slice, xStride: Int, g: Slice, gStride: Int, dw: Slice,
    accumulate: Bool
  ) {
    precondition(dw.count >= 2 * inputs * outputs)
    precondition(count == 0 || (count - 1) * xStride + 2 * inputs <= x.count)
    precondition(count == 0 || (count - 1) * gStride + 2 * outputs <= g.count)
    table.pointee.complex_outer(
      count, inputs, outputs, x.base, xStride, g.base, gStride, dw.base, accumulate ? 1 : 0)
  }

  /// b = aᵀ for a row-major rows × columns matrix.
  ///
  /// - Parameters:
  ///   - stride: elements from row to row of a; its columns unless given.
  ///   - resultStride: of b; its columns, which are the rows of a, unless given.
  public func transpose(
    rows: Int, columns: Int, _ a: Slice, stride: Int? = nil, into b: Slice, stride resultStride: Int? = nil
  ) {
    guard rows > 0, columns > 0 else { return }
    let (aRow, bRow) = (stride ?? columns, resultStride ?? rows)
    precondition(aRow >= columns && (rows - 1) * aRow + columns <= a.count)
    precondition(bRow >= rows && (columns - 1) * bRow + rows <= b.count)
    table.pointee.transpose(rows, columns, a.base, aRow, b.base, bRow)
  }

  /// out = cosine − i·sign·sine, on `blocks` complex rows of `channels`.
  public func combine(blocks: Int, channels: Int, cosine: Slice, sine: Slice?, sign: Int32, into out: Slice) {
    let extent = 2 * blocks * channels
    precondition(cosine.count >= extent && out.count >= extent && (sine?.count ?? extent) >= extent)
    table.pointee.combine(blocks, channels, cosine.base, sine?.base, sign, out.base)
  }

  /// cosine = plus + minus, sine = i·(plus − minus); the transpose of ``combine``.
  public func split(blocks: Int, channels: Int, plus: Slice?, minus: Slice?, cosine: Slice, sine: Slice?) {
    let extent = 2 * blocks * channels
    precondition(plus != nil || minus != nil)
    precondition((plus?.count ?? extent) >= extent && (minus?.count ?? extent) >= extent)
    precondition(cosine.count >= extent && (sine?.count ?? extent) >= extent)
    table.pointee.split(blocks, channels, plus?.base, minus?.base, cosine.base, sine?.base)
  }

  /// y = alpha·x
  public func scale(_ alpha: Double, _ x: Slice, into y: Slice, accumulate: Bool = false) {
    precondition(y.count >= x.count)
    table.pointee.scale(x.count, alpha, x.base, y.base, accumulate ? 1 : 0)
  }

  /// y = a·b elementwise
  public func multiplyElements(_ a: Slice, _ b: Slice, into y: Slice, accumulate: Bool = false) {
    precondition(b.count >= a.count && y.count >= a.count)
    table.pointee.multiply(a.count, a.base, b.base, y.base, accumulate ? 1 : 0)
  }

  /// y[r,c] = x[r,c]·g[c]
  public func gate(rows: Int, channels: Int, _ x: Slice, by g: Slice, into y: Slice, accumulate: Bool = false)
  {
    precondition(x.count >= rows * channels && y.count >= rows * channels && g.count >= channels)
    table.pointee.gate(rows, channels, x.base, g.base, y.base, accumulate ? 1 : 0)
  }

  /// y[r,c] = x[r,c]·f[r]
  public func scaledRows(
    rows: Int, length: Int, _ x: Slice, by f: Slice, into y: Slice, accumulate: Bool = false
  ) {
    precondition(x.count >= rows * length && y.count >= rows * length && f.count >= rows)
    table.pointee.scaled_rows(rows, length, f.base, x.base, y.base, accumulate ? 1 : 0)
  }

  /// out[c] = Σ_r x[r,c]
  public func columnSums(rows: Int, channels: Int, _ x: Slice, into out: Slice, accumulate: Bool = false) {
    precondition(x.count >= rows * channels && out.count >= channels)
    table.pointee.column_sums(rows, channels, x.base, out.base, accumulate ? 1 : 0)
  }

  /// sum[c] + error[c] += Σ_r x[r,c], where `error` keeps what rounding takes away from `sum`: many calls together lose no
  /// more than one addition.
  public func columnSums(rows: Int, channels: Int, _ x: Slice, addingTo sum: Slice, error: Slice) {
    precondition(x.count >= rows * channels && sum.count >= channels && error.count >= channels)
    table.pointee.column_sums_compensated(rows, channels, x.base, sum.base, error.base)
  }

  /// out[c] = Σ_r a[r,c]·b[r,c]
  public func columnDots(
    rows: Int, channels: Int, _ a: Slice, _ b: Slice, into out: Slice, accumulate: Bool = false
  ) {
    precondition(a.count >= rows * channels && b.count >= rows * channels && out.count >= channels)
    table.pointee.column_dots(rows, channels, a.base, b.base, out.base, accumulate ? 1 : 0)
  }

  /// Copies `width` elements of each of `rows` rows between strided rows.
  public func copyRows(
    rows: Int, width: Int, _ x: Slice, stride xStride: Int, into y: Slice, stride yStride: Int,
    accumulate: Bool = false
  ) {
    guard rows > 0, width > 0 else { return }
    if rows > 1, width == xStride, width == yStride {
      return copyRows(
        rows: 1, width: rows * width, x, stride: rows * width, into: y, stride: rows * width,
        accumulate: accumulate)
    }
    precondition((rows - 1) * xStride + width <= x.count && (rows - 1) * yStride + width <= y.count)
    table.pointee.copy_rows(rows, width, x.base, xStride, y.base, yStride, accumulate ? 1 : 0)
  }

  /// Σ a·b in double precision, summed in a fixed order.
  public func dot(_ a: Slice, _ b: Slice) -> Double {
    precondition(b.count >= a.count)
    return table.pointee.dot(a.count, a.base, b.base)
  }

  /// Σ (a − b)² in double precision, summed in a fixed order.
  public func squaredDistance(_ a: Slice, _ b: Slice) -> Double {
    precondition(b.count >= a.count)
    return table.pointee.squared_distance(a.count, a.base, b.base)
  }

  /// y = alpha·(a − b)
  public func difference(_ alpha: Double, _ a: Slice, _ b: Slice, into y: Slice, accumulate: Bool = false) {
    precondition(b.count >= a.count && y.count >= a.count)
    table.pointee.difference(a.count, alpha, a.base, b.base, y.base, accumulate ? 1 : 0)
  }

  /// Σ |x| in double precision.
  public func absoluteSum(_ x: Slice) -> Double { table.pointee.absolute_sum(x.count, x.base) }

  /// y = alpha·sign(x)
  public func sign(_ alpha: Double, _ x: Slice, into y: Slice, accumulate: Bool = false) {
    precondition(y.count >= x.count)
    table.pointee.sign(x.count, alpha, x.base, y.base, accumulate ? 1 : 0)
  }

  /// y = x·scale + shift, scale and shift repeating with their length.
  public func affine(_ x: Slice, scale: Slice, shift: Slice, into y: Slice) {
    precondition(
      scale.count == shift.count && scale.count > 0 && x.count % scale.count == 0 && y.count >= x.count)
    table.pointee.affine(x.count, scale.count, x.base, scale.base, shift.base, y.base)
  }

  /// Index of the first NaN or infinity.
  public func firstNonFinite(_ x: Slice) -> Int? {
    let index = table.pointee.first_non_finite(x.count, x.base)
    return index < 0 ? nil : index
  }

  /// Sets all elements to zero.
  public func clear(_ x: Slice) {
    x.base.initializeMemory(as: UInt8.self, repeating: 0, count: x.count * precision.byteCount)
  }

  /// Copies x to y.
  public func copy(_ x: Slice, into y: Slice) {
    precondition(y.count >= x.count)
    y.base.copyMemory(from: x.base, byteCount: x.count * precision.byteCount)
  }

  /// out = alpha·Σ lanes, over `range` of each, in a tree that depends on the number of lanes alone.
  public func reduceLanes(_ lanes: [HostBuffer], range: Range<Int>, scale alpha: Double, into out: HostBuffer)
  {
    precondition(!lanes.isEmpty && lanes.count <= 64 && range.upperBound <= out.count)
    precondition(lanes.allSatisfy { $0.count >= range.upperBound })
    let offset = range.lowerBound * precision.byteCount
    withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: lanes.count) { pointers in
      for (i, lane) in lanes.enumerated() { pointers[i] = UnsafeRawPointer(lane.base + offset) }
      table.pointee.reduce_lanes(
        range.count, Int32(lanes.count), pointers.baseAddress, alpha, out.base + offset)
    }
  }

  /// Constants of one Adam update; see `Adam` in Training for where they come from.
  public struct AdamStep: Sendable {
    public var beta1: Double
    public var beta2: Double
    /// Learning rate with the bias correction of the first moment.
    public var step: Double
    /// Factor on the second moment under the root.
    public var secondMomentScale: Double
    public var epsilon: Double
    /// Weight decay added to the gradient.
    public var coupledDecay: Double
    /// Fraction by which weights shrink, apart from the gradient.
    public var decoupledDecay: Double

    public init(
      beta1: Double, beta2: Double, step: Double, secondMomentScale: Double, epsilon: Double,
      coupledDecay: Double,
      decoupledDecay: Double
    ) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.step = step
      self.secondMomentScale = secondMomentScale
      self.epsilon = epsilon
      self.coupledDecay = coupledDecay
      self.decoupledDecay = decoupledDecay
    }
  }

  /// One Adam update of weights `w` with moments `m`, `v` and gradient `g`. With `pairOffset` > 0 the weights are
  /// complex pairs whose imaginary parts stand that many elements on, and share |g|² as second moment.
  public func adam(_ s: AdamStep, count: Int, pairOffset: Int, w: Slice, m: Slice, v: Slice, g: Slice) {
    let extent = count + pairOffset
    precondition(w.count >= extent && m.count >= extent && v.count >= extent && g.count >= extent)
    table.pointee.adam(
      count, pairOffset, w.base, m.base, v.base, g.base, s.beta1, s.beta2, s.step, s.secondMomentScale,
      s.epsilon,
      s.coupledDecay, s.decoupledDecay)
  }
}
