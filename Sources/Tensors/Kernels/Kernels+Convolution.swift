import CKernels

/// Offsets in ascending order, in elements: where the blocks and segments of a gathered product start.
public struct OffsetTable: Sendable {
  let values: [Int]

  public init(_ values: [Int]) {
    precondition(values.first ?? 0 >= 0 && zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
    self.values = values
  }

  public var count: Int { values.count }

  /// The largest of the first `count`.
  func most(_ count: Int) -> Int {
    precondition(count <= values.count, "the table is too short")
    return count == 0 ? 0 : values[count - 1]
  }
}

extension Kernels {
  /// Elements of a packed matrix of `depth` rows, whatever the instruction set.
  public static func packedCount(depth: Int, columns: Int) -> Int { depth * ((columns + 31) & ~31) }

  /// Writes b into rows `row…` of a packed matrix of `depth` rows. With a transposed b, columns and rows change roles
  /// at no extra cost.
  public func pack(_ b: Matrix, row: Int, depth: Int, into packed: Slice) {
    precondition(b.extent <= b.slice.count && row >= 0 && row + b.rows <= depth)
    precondition(packed.count >= Kernels.packedCount(depth: depth, columns: b.columns))
    if b.columnStride == 1 {
      table.pointee.pack(b.rows, b.columns, b.slice.base, b.rowStride, depth, row, packed.base)
    } else {
      precondition(b.rowStride == 1, "neither rows nor columns are contiguous")
      table.pointee.pack_transposed(b.rows, b.columns, b.slice.base, b.columnStride, depth, row, packed.base)
    }
  }

  /// Where the matrices A of a gathered product lie: A_{q,s}(i,l) stands at blocks[q] + segments[s] + i·rowStride +
  /// l·columnStride of `slice`.
  public struct GatheredRows {
    let slice: Slice
    let blocks: OffsetTable
    let blockCount: Int
    let segments: OffsetTable
    let segmentCount: Int
    let rowStride: Int
    let columnStride: Int

    /// - Parameters:
    ///   - blockCount: how many of the blocks take part; all unless said.
    ///   - segmentCount: likewise.
    public init(
      _ slice: Slice, blocks: OffsetTable, blockCount: Int? = nil, segments: OffsetTable,
      segmentCount: Int? = nil, rowStride: Int, columnStride: Int
    ) {
      self.slice = slice
      self.blocks = blocks
      self.blockCount = blockCount ?? blocks.count
      self.segments = segments
      self.segmentCount = segmentCount ?? segments.count
      self.rowStride = rowStride
      self.columnStride = columnStride
    }
  }

  /// C_q = start + Σ_s A_{q,s}·B_s for every block q: a convolution's rows, read where they lie.
  ///
  /// - Parameters:
  ///   - rows: rows of each A_{q,s} and C_q.
  ///   - depth: columns of each A_{q,s}.
  ///   - packed: (B_0, B_1, …), see ``pack(_:row:depth:into:)``.
  ///   - stride: elements from row to row of each C_q.
  public func multiplyGathered(
    _ a: GatheredRows, rows: Int, depth: Int, packed: Slice, columns: Int, into c: Slice, blocks: OffsetTable,
    stride: Int, _ start: Start = .zero
  ) {
    guard a.blockCount > 0, rows > 0, columns > 0 else { return }
    if a.segmentCount > 0 && depth > 0 {
      let last = a.blocks.most(a.blockCount) + a.segments.most(a.segmentCount)
      precondition(last + (rows - 1) * a.rowStride + (depth - 1) * a.columnStride < a.slice.count)
    }
    precondition(blocks.most(a.blockCount) + (rows - 1) * stride + columns <= c.count)
    precondition(packed.count >= Kernels.packedCount(depth: a.segmentCount * depth, columns: columns))
    let (mode, bias) = start.code(columns: columns)
    table.pointee.gemm_gathered(
      a.blockCount, a.blocks.values, blocks.values, rows, columns, a.segmentCount, a.segments.values, depth,
      a.slice.base, a.rowStride, a.columnStride, packed.base, c.base, stride, mode, bias)
  }

  /// y[p,c] = start + Σ_t x[p·xStride + taps[t] + c]·w[t,c]: a convolution of each channel with its own kernel.
  public func depthwise(
    pixels: Int, channels: Int, taps: OffsetTable, _ x: Slice, stride xStride: Int, weights w: Slice,
    into y: Slice,
    stride yStride: Int, _ start: Start = .zero
  ) {
    guard pixels > 0 else { return }
    precondition(taps.count == 0 || taps.most(taps.count) + (pixels - 1) * xStride + channels <= x.count)
    precondition(w.count >= taps.count * channels && (pixels - 1) * yStride + channels <= y.count)
    let (mode, bias) = start.code(columns: channels)
    table.pointee.depthwise(
      pixels, channels, taps.count, taps.values, x.base, xStride, w.base, y.base, yStride, mode, bias)
  }

  /// dw[t,c] += Σ_p x[p·xStride + taps[t] + c]·g[p,c]
  public func depthwiseOuter(
    pixels: Int, channels: Int, taps: OffsetTable, _ x: Slice, stride xStride: Int, _ g: Slice, into dw: Slice
  ) {
    guard pixels > 0 else { return }
    precondition(taps.most(taps.count) + (pixels - 1) * xStride + channels <= x.count)
    precondition(dw.count >= taps.count * channels && g.count >= pixels * channels)
    table.pointee.depthwise_outer(
      pixels, channels, taps.count, taps.values, x.base, xStride, g.base, channels, dw.base)
  }

  /// y[p,c] = max_t x[p·stride + taps[t] + c]
  public func windowMaximum(
    pixels: Int, channels: Int, taps: OffsetTable, _ x: Slice, stride: Int, into y: Slice
  ) {
    guard pixels > 0 else { return }
    precondition(taps.count > 0 && taps.most(taps.count) + (pixels - 1) * stride + channels <= x.count)
    precondition(y.count >= pixels * channels)
    table.pointee.window_max(pixels, channels, taps.count, taps.values, x.base, stride, y.base)
  }

  /// Adds g to dx at the first tap of each window that holds the window's largest x.
  public func windowMaximumBackward(
    pixels: Int, channels: Int, taps: OffsetTable, _ x: Slice, stride: Int, _ g: Slice, addingTo dx: Slice
  ) {
    guard pixels > 0 else { return }
    precondition(taps.count > 0 && taps.most(taps.count) + (pixels - 1) * stride + channels <= x.count)
    precondition(g.count >= pixels * channels && dx.count >= x.count)
    table.pointee.window_max_backward(
      pixels, channels, taps.count, taps.values, x.base, stride, g.base, dx.base)
  }
}

extension Kernels.Start {
  /// The C code of the start, and the row to start from.
  func code(columns: Int) -> (mode: Int32, bias: UnsafeMutableRawPointer?) {
    switch self {
    case .zero: return (0, nil)
    case .accumulate: return (1, nil)
    case .row(let row):
      precondition(row.count >= columns, "the row to start from is too short")
      return (2, row.base)
    }
  }
}
