import Tensors

extension ConvolutionPlan {
  var weightBoxCount: Int { isInside ? 0 : weightTile.boxCount }

  /// Elements of a tile's packed gradient.
  var packedGradientCount: Int {
    isDepthwise
      ? 0 : Kernels.packedCount(depth: weightTile.lines * weightTile.points, columns: groupOutputs)
  }

  /// Offsets that ``addWeightGradient`` uses.
  struct WeightTables: Sendable {
    /// Lines of the kernel, or its points, in the source and in the gradient.
    let taps: OffsetTable
    let targets: OffsetTable
    let lines: OffsetTable
    let sourceLine: Int
    /// Rows of the gradient per entry of `taps`.
    let rows: Int
  }

  var weightTables: WeightTables {
    let taps = segments(weightTile, points: !mergesLines)
    let rows = mergesLines ? kernel[2] * inputs : groupInputs
    return WeightTables(
      taps: taps, targets: OffsetTable((0..<taps.count).map { $0 * rows * outputs }),
      lines: lines(weightTile), sourceLine: stride[1] * (isInside ? fine[2] * inputs : weightTile.linePitch),
      rows: rows)
  }

  /// dw += Σ over points of the sources that a tap sees, times dy, for one sample.
  func addWeightGradient(
    _ kernels: Kernels, _ x: Slice, _ dy: Slice, box: Slice, packed: Slice, to dw: Slice,
    tables: WeightTables
  ) {
    weightTile.forEach(to: SIMD3(coarse)) { place, lines, points in
      let source = source(kernels, x, place, lines: lines, points: points, tile: weightTile, box: box)
      let gradient = dy.dropping(coarseOffset(place))
      if isDepthwise {
        for line in 0..<lines {
          kernels.depthwiseOuter(
            pixels: points, channels: inputs, taps: tables.taps, source.dropping(line * tables.sourceLine),
            stride: stride[2] * inputs, gradient.dropping(line * coarse[2] * outputs), into: dw)
        }
        return
      }
      for group in 0..<groups {
        for line in 0..<lines {
          kernels.pack(
            .init(
              gradient.dropping(line * coarse[2] * outputs + group * groupOutputs), rows: points,
              columns: groupOutputs, stride: outputs),
            row: line * points, depth: lines * points, into: packed)
        }
        kernels.multiplyGathered(
          .init(
            source.dropping(group * groupInputs), blocks: tables.taps, segments: tables.lines,
            segmentCount: lines, rowStride: 1, columnStride: stride[2] * inputs),
          rows: tables.rows, depth: points, packed: packed, columns: groupOutputs,
          into: dw.dropping(group * groupOutputs), blocks: tables.targets, stride: outputs, .accumulate)
      }
    }
  }
}
