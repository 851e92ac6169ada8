import Tensors

extension ConvolutionPlan {
  /// Elements of the packed weights.
  var packedForwardCount: Int {
    isDepthwise ? 0 : groups * Kernels.packedCount(depth: taps * groupInputs, columns: groupOutputs)
  }

  /// Elements of the copied tile.
  var forwardBoxCount: Int { isInside ? 0 : forwardTile.boxCount }

  /// Packs weights `[kernel…][Cin/groups][Cout]` for ``value``.
  func packForward(_ kernels: Kernels, _ weights: Slice, into packed: Slice) {
    if isDepthwise { return }
    let depth = taps * groupInputs
    for group in 0..<groups {
      kernels.pack(
        .init(
          weights.dropping(group * groupOutputs), rows: depth, columns: groupOutputs, stride: outputs),
        row: 0, depth: depth, into: packedForward(packed, group))
    }
  }

  private func packedForward(_ packed: Slice, _ group: Int) -> Slice {
    let count = packedForwardCount / groups
    return packed.dropping(group * count, length: count)
  }

  /// The activation of the parts of a result as soon as they are complete, and so in cache.
  struct Epilogue {
    let kernels: Kernels
    let activation: Activation
    /// Of one sample.
    let result: Slice
    let activated: Slice

    func callAsFunction(_ offset: Int, _ length: Int) {
      kernels.activate(
        activation, result.dropping(offset, length: length), into: activated.dropping(offset))
    }
  }

  /// y = start + x ∗ w for one sample.
  func value(
    _ kernels: Kernels, _ x: Slice, weights: Slice, packed: Slice, start: Kernels.Start, box: Slice,
    into y: Slice, tables: ForwardTables, epilogue: Epilogue?
  ) {
    forwardTile.forEach(to: SIMD3(coarse)) { place, lines, points in
      let source = source(
        kernels, x, place, lines: lines, points: points, tile: forwardTile, box: box)
      let target = y.dropping(coarseOffset(place))
      if isDepthwise {
        for line in 0..<lines {
          kernels.depthwise(
            pixels: points, channels: inputs, taps: tables.segments,
            source.dropping(tables.sourceLine * line), stride: stride[2] * inputs, weights: weights,
            into: target.dropping(line * coarse[2] * outputs), stride: outputs, start)
        }
      } else {
        for group in 0..<groups {
          kernels.multiplyGathered(
            .init(
              source.dropping(group * groupInputs), blocks: tables.lines, blockCount: lines,
              segments: tables.segments, rowStride: stride[2] * inputs, columnStride: 1),
            rows: points, depth: tables.depth, packed: packedForward(packed, group), columns: groupOutputs,
            into: target.dropping(group * groupOutputs), blocks: tables.targetLines, stride: outputs,
            start.columns(from: group * groupOutputs))
        }
      }
      guard let epilogue else { return }
      for line in 0..<lines {
        epilogue(coarseOffset(place) + line * coarse[2] * outputs, points * outputs)
      }
    }
  }

  /// Offsets that ``value`` uses.
  struct ForwardTables: Sendable {
    let segments: OffsetTable
    let lines: OffsetTable
    let targetLines: OffsetTable
    let sourceLine: Int
    /// Length of a segment.
    let depth: Int
  }

  var forwardTables: ForwardTables {
    let lines = lines(forwardTile)
    return ForwardTables(
      segments: segments(forwardTile, points: !mergesLines), lines: lines,
      targetLines: OffsetTable((0..<forwardTile.lines).map { $0 * coarse[2] * outputs }),
      sourceLine: stride[1] * (isInside ? fine[2] * inputs : forwardTile.linePitch),
      depth: mergesLines ? kernel[2] * inputs : groupInputs)
  }
}

extension Kernels.Start {
  /// The same start for the columns from `first` on.
  func columns(from first: Int) -> Kernels.Start {
    if case .row(let row) = self { return .row(row.dropping(first)) }
    return self
  }
}
