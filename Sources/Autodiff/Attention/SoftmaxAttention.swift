import Tensors

extension Variable {
  /// Multi-head softmax attention of this field's points (queries) to those of another as a kernel integral:
  ///
  ///     y_i = Σ_j w_j e^{s q_i·k_j} v_j / Σ_j w_j e^{s q_i·k_j}   in every head.
  ///
  /// Keys and values on this field's grid are self-attention, others cross-attention. Head h has the h-th part of the
  /// channels of each. Scores exist a tile at a time, in backward again (T. Dao et al., FlashAttention, NeurIPS 2022,
  /// algorithm 1); memory grows with the points, not with their square.
  ///
  /// - Parameters:
  ///   - keys: `[B, H·D, …]` like the queries.
  ///   - values: `[B, H·E, …]` on the grid of the keys.
  ///   - scale: s; 1/√D unless given.
  ///   - weights: positive quadrature weights w_j of the keys' points, of the graph's precision; equal unless given.
  public func attention(
    keys: Variable, values: Variable, heads: Int, scale: Double? = nil, weights: HostBuffer? = nil
  ) -> Variable {
    precondition(
      shape.channels % heads == 0 && values.shape.channels % heads == 0, "heads divide the channels")
    precondition(keys.shape.channels == shape.channels && keys.shape.batch == shape.batch)
    precondition(values.shape.grid == keys.shape.grid && values.shape.batch == shape.batch)
    let offsets = weights.map { w -> HostBuffer in
      precondition(w.count == keys.shape.points, "one weight per point is needed")
      let logarithms = HostBuffer(count: w.count, precision: graph.precision)
      for i in 0..<w.count { logarithms[i] = naturalLogarithm(w[i]) }
      return logarithms
    }
    let width = shape.channels / heads
    let attention = SoftmaxAttention(
      batch: shape.batch, queries: shape.points, keys: keys.shape.points, heads: heads, width: width,
      valueWidth: values.shape.channels / heads, scale: scale ?? 1 / Double(width).squareRoot(),
      hasOffsets: offsets != nil)
    return graph.record(
      "attention", inputs: [self, keys, values], output: shape.with(channels: values.shape.channels),
      constants: offsets.map { [$0] } ?? [], keepsInputs: [0, 1, 2], keepsOutput: true,
      residuals: [shape.batch * heads * shape.points],
      forwardScratch: attention.forwardScratch, backwardScratch: attention.backwardScratch,
      flops: attention.flops, forward: attention.forward, backward: attention.backward)
  }
}

/// The two directions of ``Variable/attention(keys:values:heads:scale:weights:)``.
private struct SoftmaxAttention: Sendable {
  let batch: Int
  let queries: Int
  let keys: Int
  let heads: Int
  let width: Int
  let valueWidth: Int
  let scale: Double
  let hasOffsets: Bool

  /// A tile of scores fits the first-level cache; its columns are whole panels of packed keys.
  private static let queryTile = 48
  private static let keyTile = 128
  private static let start = OffsetTable([0])

  private var tileCount: Int { SoftmaxAttention.queryTile * SoftmaxAttention.keyTile }
  private var packedKeys: Int { Kernels.packedCount(depth: width, columns: keys) }
  private var packedValues: Int { Kernels.packedCount(depth: valueWidth, columns: keys) }
  private var rowWidth: Int { heads * width }
  private var valueRow: Int { heads * valueWidth }

  /// Scores, their exponentials and their sums over the values; backward has the scores again, and two products for
  /// either.
  var flops: Graph.Flops {
    let pairs = Double(batch * heads * queries * keys)
    let (scores, sums) = (2 * pairs * Double(width), 2 * pairs * Double(valueWidth))
    return Graph.Flops(forward: scores + sums + pairs, backward: 3 * scores + 2 * sums + 2 * pairs)
  }

  var forwardScratch: [Int] {
    [packedKeys, tileCount, SoftmaxAttention.queryTile, SoftmaxAttention.queryTile]
  }
  var backwardScratch: [Int] {
    [packedKeys, packedValues, tileCount, tileCount, SoftmaxAttention.queryTile]
  }

  private func forEachHead(_ body: (_ sample: Int, _ head: Int) -> Void) {
    for sample in 0..<batch { for head in 0..<heads { body(sample, head) } }
  }

  private func forEachTile(_ points: Int, _ size: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
    for first in stride(from: 0, to: points, by: size) { body(first, min(size, points - first)) }
  }

  /// The part of a head from a point on, in a field of `points` points and `row` channels.
  private func part(
    _ x: Slice, _ sample: Int, _ points: Int, _ point: Int, _ row: Int, _ head: Int, _ width: Int
  ) -> Slice { x.dropping((sample * points + point) * row + head * width) }

  /// scores = a·Bᵀ for the rows of a tile and the columns of packed B.
  private func product(
    _ kernels: Kernels, _ a: Slice, rows: Int, stride: Int, depth: Int, packed: Slice, first: Int, count: Int,
    into tile: Slice
  ) {
    kernels.multiplyGathered(
      .init(
        a, blocks: SoftmaxAttention.start, segments: SoftmaxAttention.start, rowStride: stride,
        columnStride: 1),
      rows: rows, depth: depth, packed: packed.dropping(first * depth), columns: count, into: tile,
      blocks: SoftmaxAttention.start, stride: count)
  }

  private func pack(_ kernels: Kernels, _ x: Slice, row: Int, width: Int, into packed: Slice) {
    kernels.pack(
      Kernels.Matrix(x, rows: keys, columns: width, stride: row).transposed, row: 0, depth: width,
      into: packed)
  }

  func forward(_ c: OperationContext) {
    let k = c.kernels
    let (packed, tile, sum, correction) = (c.scratch(0), c.scratch(1), c.scratch(2), c.scratch(3))
    forEachHead { sample, head in
      pack(
        k, part(c.input(1), sample, keys, 0, rowWidth, head, width), row: rowWidth, width: width, into: packed
      )
      forEachTile(queries, SoftmaxAttention.queryTile) { query, rows in
        let q = part(c.input(0), sample, queries, query, rowWidth, head, width)
        let y = part(c.output, sample, queries, query, valueRow, head, valueWidth)
        let level = c.residual(0).dropping((sample * heads + head) * queries + query, length: rows)
        for i in 0..<rows {
          level[i] = -.infinity
          sum[i] = 0
        }
        forEachTile(keys, SoftmaxAttention.keyTile) { key, count in
          product(
            k, q, rows: rows, stride: rowWidth, depth: width, packed: packed, first: key, count: count,
            into: tile)
          k.softmaxOnline(
            rows: rows, length: count, tile, scale: scale,
            offset: hasOffsets ? c.constant(0).dropping(key) : nil, level: level, sum: sum,
            correction: correction)
          if key > 0 { k.scaleRows(rows: rows, length: valueWidth, y, stride: valueRow, by: correction) }
          k.multiply(
            .init(tile, rows: rows, columns: count),
            .init(
              part(c.input(2), sample, keys, key, valueRow, head, valueWidth), rows: count,
              columns: valueWidth, stride: valueRow),
            into: .init(y, rows: rows, columns: valueWidth, stride: valueRow), key > 0 ? .accumulate : .zero)
        }
        k.scaleRows(rows: rows, length: valueWidth, y, stride: valueRow, by: sum, dividing: true)
        k.softmaxFinish(rows: rows, sum: sum, level: level)
      }
    }
  }

  func backward(_ c: OperationContext) {
    let k = c.kernels
    let (packed, packedV, scores, slopes) = (c.scratch(0), c.scratch(1), c.scratch(2), c.scratch(3))
    let shift = c.scratch(4)
    let targets = (c.inputGradient(0), c.inputGradient(1), c.inputGradient(2))
    // Two of the three may be one variable: everything adds from here on.
    targets.0?.prepareToAdd(k)
    targets.1?.prepareToAdd(k)
    targets.2?.prepareToAdd(k)
    forEachHead { sample, head in
      func keyPart(_ x: Slice, _ key: Int) -> Slice { part(x, sample, keys, key, rowWidth, head, width) }
      func valuePart(_ x: Slice, _ key: Int) -> Slice {
        part(x, sample, keys, key, valueRow, head, valueWidth)
      }
      pack(k, keyPart(c.input(1), 0), row: rowWidth, width: width, into: packed)
      pack(k, valuePart(c.input(2), 0), row: valueRow, width: valueWidth, into: packedV)
      forEachTile(queries, SoftmaxAttention.queryTile) { query, rows in
        let q = part(c.input(0), sample, queries, query, rowWidth, head, width)
        let g = part(c.outputGradient, sample, queries, query, valueRow, head, valueWidth)
        let level = c.residual(0).dropping((sample * heads + head) * queries + query, length: rows)
        k.rowDots(
          rows: rows, length: valueWidth, g, stride: valueRow,
          part(c.output, sample, queries, query, valueRow, head, valueWidth), stride: valueRow, into: shift)
        forEachTile(keys, SoftmaxAttention.keyTile) { key, count in
          product(
            k, q, rows: rows, stride: rowWidth, depth: width, packed: packed, first: key, count: count,
            into: scores)
          k.softmaxAgain(
            rows: rows, length: count, scores, scale: scale,
            offset: hasOffsets ? c.constant(0).dropping(key) : nil, level: level)
          let p = Kernels.Matrix(scores, rows: rows, columns: count)
          if let dv = targets.2 {
            k.multiply(
              p.transposed, .init(g, rows: rows, columns: valueWidth, stride: valueRow),
              into: .init(valuePart(dv.slice, key), rows: count, columns: valueWidth, stride: valueRow),
              .accumulate)
          }
          product(
            k, g, rows: rows, stride: valueRow, depth: valueWidth, packed: packedV, first: key, count: count,
            into: slopes)
          k.softmaxBackward(rows: rows, length: count, scores, slopes, shift: shift, scale, into: slopes)
          let ds = Kernels.Matrix(slopes, rows: rows, columns: count)
          if let dq = targets.0 {
            k.multiply(
              ds, .init(keyPart(c.input(1), key), rows: count, columns: width, stride: rowWidth),
              into: .init(
                part(dq.slice, sample, queries, query, rowWidth, head, width), rows: rows, columns: width,
                stride: rowWidth), .accumulate)
          }
          if let dk = targets.1 {
            k.multiply(
              ds.transposed, .init(q, rows: rows, columns: width, stride: rowWidth),
              into: .init(keyPart(dk.slice, key), rows: count, columns: width, stride: rowWidth), .accumulate)
          }
        }
      }
    }
  }
}
