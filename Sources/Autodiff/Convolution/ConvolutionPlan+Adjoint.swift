import Tensors

extension ConvolutionPlan {
  /// The fine points that share a position u mod stride see the same taps k ≡ u of the kernel: one convolution of
  /// stride 1 for each such phase.
  struct Phase: Sendable {
    /// u mod stride.
    let position: [Int]
    /// Taps per axis.
    let taps: [Int]
    let segments: OffsetTable
    let segmentDepth: Int
    /// Elements before its first row of packed weights, per group, in rows.
    let firstRow: Int
    var depthRows: Int { taps.reduce(1, *) }

    static func all(
      kernel: [Int], stride: [Int], reach: [Int], tile: ConvolutionTile, inputs: Int, outputs: Int,
      groups: Int
    ) -> [Phase] {
      var phases: [Phase] = []
      var firstRow = 0
      for i in 0..<stride[0] {
        for j in 0..<stride[1] {
          for l in 0..<stride[2] {
            let position = [i, j, l]
            let taps = (0..<3).map { a in
              position[a] < kernel[a] ? (kernel[a] - position[a] - 1) / stride[a] + 1 : 0
            }
            let merges = groups == 1
            var offsets: [Int] = []
            for p in 0..<taps[0] {
              for q in 0..<taps[1] {
                for r in 0..<(merges ? min(1, taps[2]) : taps[2]) {
                  offsets.append(p * tile.planePitch + q * tile.linePitch + r * outputs)
                }
              }
            }
            phases.append(
              Phase(
                position: position, taps: taps, segments: OffsetTable(offsets),
                segmentDepth: merges ? taps[2] * outputs : outputs / groups, firstRow: firstRow))
            firstRow += taps.reduce(1, *)
          }
        }
      }
      return phases
    }
  }

  var adjointBoxCount: Int { adjointTile.boxCount }

  /// Elements of the weights as the adjoint wants them.
  var packedAdjointCount: Int {
    isDepthwise
      ? taps * outputs : groups * Kernels.packedCount(depth: taps * groupOutputs, columns: groupInputs)
  }

  /// Elements of the continued field's gradient; none where the adjoint is gathered.
  var foldedCount: Int {
    gathersAdjoint ? 0 : continued[0] * continued[1] * continued[2] * inputs
  }

  /// How the coarse grid continues for the adjoint.
  var adjointBoundary: [Boundary] { boundary.map { $0 == .periodic && gathersAdjoint ? .periodic : .zero } }

  /// Packs weights `[kernel…][Cin/groups][Cout]` for ``adjoint``: per phase, taps in falling order, transposed.
  func packAdjoint(_ kernels: Kernels, _ weights: Slice, into packed: Slice) {
    for phase in phases {
      var row = 0
      for p in 0..<phase.taps[0] {
        for q in 0..<phase.taps[1] {
          for r in 0..<phase.taps[2] {
            let tap = tap(phase, [p, q, r])
            let matrix = weights.dropping(tap * groupInputs * outputs, length: groupInputs * outputs)
            if isDepthwise {
              kernels.copy(matrix, into: packed.dropping((phase.firstRow + row) * outputs))
            } else {
              for group in 0..<groups {
                kernels.pack(
                  Kernels.Matrix(
                    matrix.dropping(group * groupOutputs), rows: groupInputs, columns: groupOutputs,
                    stride: outputs
                  ).transposed, row: row * groupOutputs, depth: phase.depthRows * groupOutputs,
                  into: packedAdjoint(packed, phase, group))
              }
            }
            row += 1
          }
        }
      }
    }
  }

  /// The kernel's point that stands at place `index` of a phase.
  private func tap(_ phase: Phase, _ index: [Int]) -> Int {
    var tap = 0
    for a in 0..<3 {
      let k = phase.position[a] + stride[a] * (phase.taps[a] - 1 - index[a])
      tap = tap * kernel[a] + k
    }
    return tap
  }

  private func packedAdjoint(_ packed: Slice, _ phase: Phase, _ group: Int) -> Slice {
    if isDepthwise { return packed.dropping(phase.firstRow * outputs) }
    let count = { (rows: Int) in Kernels.packedCount(depth: rows * groupOutputs, columns: groupInputs) }
    return packed.dropping(
      groups * count(phase.firstRow) + group * count(phase.depthRows), length: count(phase.depthRows))
  }

  /// dx = start + the adjoint of the convolution applied to dy, for one sample.
  ///
  /// - Parameter folded: ``foldedCount`` elements.
  func adjoint(
    _ kernels: Kernels, _ dy: Slice, packed: Slice, start: Kernels.Start, box: Slice, folded: Slice,
    into dx: Slice, tables: AdjointTables, epilogue: Epilogue?
  ) {
    if gathersAdjoint {
      gatherAdjoint(
        kernels, dy, packed: packed, start: start, box: box, first: SIMD3(before), extent: SIMD3(fine),
        into: dx, tables: tables, epilogue: epilogue)
      return
    }
    gatherAdjoint(
      kernels, dy, packed: packed, start: .zero, box: box, first: .zero, extent: continued, into: folded,
      tables: tables, epilogue: nil)
    fold(kernels, folded, start: start, into: dx)
  }

  /// dx = start + what the continued field's gradient means for the points that it continues.
  func fold(_ kernels: Kernels, _ folded: Slice, start: Kernels.Start, into dx: Slice) {
    let extent = continued
    if case .accumulate = start {} else { kernels.clear(dx) }
    GridBox(grid: fine, boundary: boundary, channels: inputs).add(
      kernels, folded,
      .init(
        start: SIMD3.zero &- SIMD3(before), extent: extent, linePitch: extent[2] * inputs,
        planePitch: extent[1] * extent[2] * inputs), to: dx)
  }

  /// Extents of the fine grid with what the window reads around it.
  var continued: SIMD3<Int> { SIMD3(fine) &+ SIMD3(before) &+ SIMD3(after) }

  /// The adjoint at the points `first ..< first + extent` of the continued fine grid.
  private func gatherAdjoint(
    _ kernels: Kernels, _ dy: Slice, packed: Slice, start: Kernels.Start, box: Slice, first: SIMD3<Int>,
    extent: SIMD3<Int>, into dx: Slice, tables: AdjointTables, epilogue: Epilogue?
  ) {
    let gather = tables.gather
    let (step, reach, pitch) = (SIMD3(stride), tables.reach, adjointTile)
    let pitches = SIMD3(pitch.planePitch, pitch.linePitch, outputs)
    // Divided axis by axis: first/step and the last cell behind it.
    let (low, high) = (first / step, (first &+ extent &- 1) / step &+ 1)
    adjointTile.forEach(from: low, to: high) { cell, lines, points in
      gather.copy(
        kernels, dy,
        .init(
          start: cell &- reach &+ 1, extent: SIMD3(reach[0], lines + reach[1] - 1, points + reach[2] - 1),
          linePitch: pitch.linePitch, planePitch: pitch.planePitch), into: box)
      let count = SIMD3(1, lines, points)
      for phase in phases {
        // Those points u = stride·(cell + i) + position that lie in the wanted range.
        let u = step &* cell &+ SIMD3(phase.position) &- first
        var (begin, end) = (SIMD3<Int>.zero, SIMD3<Int>.zero)
        for a in 0..<3 {
          begin[a] = u[a] >= 0 ? 0 : (step[a] - 1 - u[a]) / step[a]
          end[a] = u[a] >= extent[a] ? 0 : min(count[a], (extent[a] - 1 - u[a]) / step[a] + 1)
        }
        if any(end .<= begin) { continue }
        let at = u &+ step &* begin
        let from = ((begin &+ reach &- SIMD3(phase.taps)) &* pitches).wrappedSum()
        let source = phase.depthRows == 0 ? box : box.dropping(from)
        let target = dx.dropping(((at[0] * extent[1] + at[1]) * extent[2] + at[2]) * inputs)
        for group in 0..<(isDepthwise ? 1 : groups) {
          product(
            kernels, phase, source, packedAdjoint(packed, phase, group), group: group,
            lines: end[1] - begin[1],
            points: end[2] - begin[2], into: target, tables: tables, start)
        }
      }
      guard let epilogue else { return }
      let u = step &* cell &- first
      let (from, to) = (pointwiseMax(.zero, u), pointwiseMin(extent, u &+ step &* count))
      for plane in from[0]..<to[0] {
        for line in from[1]..<to[1] {
          let offset = (plane * extent[1] + line) * extent[2] + from[2]
          epilogue(offset * inputs, (to[2] - from[2]) * inputs)
        }
      }
    }
  }

  /// One phase of some lines.
  private func product(
    _ kernels: Kernels, _ phase: Phase, _ source: Slice, _ weights: Slice, group: Int, lines: Int,
    points: Int, into target: Slice, tables: AdjointTables, _ start: Kernels.Start
  ) {
    if isDepthwise {
      for line in 0..<lines {
        kernels.depthwise(
          pixels: points, channels: inputs, taps: phase.segments,
          phase.depthRows == 0 ? source : source.dropping(line * adjointTile.linePitch), stride: inputs,
          weights: weights, into: target.dropping(line * tables.targetLine), stride: stride[2] * inputs, start
        )
      }
      return
    }
    kernels.multiplyGathered(
      .init(
        source.dropping(group * groupOutputs), blocks: tables.lines, blockCount: lines,
        segments: phase.segments, rowStride: outputs, columnStride: 1),
      rows: points, depth: phase.segmentDepth, packed: weights, columns: groupInputs,
      into: target.dropping(group * groupInputs), blocks: tables.targetLines, stride: stride[2] * inputs,
      start.columns(from: group * groupInputs))
  }

  /// Offsets that ``adjoint`` uses.
  struct AdjointTables: Sendable {
    let gather: GridBox
    let reach: SIMD3<Int>
    let lines: OffsetTable
    let targetLines: OffsetTable
    let targetLine: Int
  }

  var adjointTables: AdjointTables {
    let width = gathersAdjoint ? fine[2] : continued[2]
    let line = stride[1] * width * inputs
    return AdjointTables(
      gather: GridBox(grid: coarse, boundary: adjointBoundary, channels: outputs), reach: SIMD3(reach),
      lines: OffsetTable((0..<adjointTile.lines).map { $0 * adjointTile.linePitch }),
      targetLines: OffsetTable((0..<adjointTile.lines).map { $0 * line }), targetLine: line)
  }
}
