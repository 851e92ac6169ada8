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
    gathersAdjoint ? 0 : (0..<3).map { fine[$0] + before[$0] + after[$0] }.reduce(1, *) * inputs
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
        kernels, dy, packed: packed, start: start, box: box, first: before, extent: fine, into: dx,
        tables: tables, epilogue: epilogue)
      return
    }
    let extent = (0..<3).map { fine[$0] + before[$0] + after[$0] }
    gatherAdjoint(
      kernels, dy, packed: packed, start: .zero, box: box, first: [0, 0, 0], extent: extent, into: folded,
      tables: tables, epilogue: nil)
    fold(kernels, folded, start: start, into: dx)
  }

  /// dx = start + what the continued field's gradient means for the points that it continues.
  func fold(_ kernels: Kernels, _ folded: Slice, start: Kernels.Start, into dx: Slice) {
    let extent = (0..<3).map { fine[$0] + before[$0] + after[$0] }
    if case .accumulate = start {} else { kernels.clear(dx) }
    GridBox(grid: fine, boundary: boundary, channels: inputs).add(
      kernels, folded,
      .init(
        start: before.map { -$0 }, extent: extent, linePitch: extent[2] * inputs,
        planePitch: extent[1] * extent[2] * inputs), to: dx)
  }

  /// The adjoint at the points `first ..< first + extent` of the continued fine grid.
  private func gatherAdjoint(
    _ kernels: Kernels, _ dy: Slice, packed: Slice, start: Kernels.Start, box: Slice, first: [Int],
    extent: [Int], into dx: Slice, tables: AdjointTables, epilogue: Epilogue?
  ) {
    let gather = GridBox(grid: coarse, boundary: adjointBoundary, channels: outputs)
    let cells = (0..<3).map { (a: Int) -> Range<Int> in
      let last = (first[a] + extent[a] - 1) / stride[a]
      return first[a] / stride[a]..<(last + 1)
    }
    let (pitch, reach) = (adjointTile, reach)
    adjointTile.forEach(in: cells) { cell, lines, points in
      gather.copy(
        kernels, dy,
        .init(
          start: (0..<3).map { cell[$0] - reach[$0] + 1 },
          extent: [reach[0], lines + reach[1] - 1, points + reach[2] - 1], linePitch: pitch.linePitch,
          planePitch: pitch.planePitch), into: box)
      for phase in phases {
        // Those points u = stride·(cell + i) + position that lie in the wanted range.
        let count = [1, lines, points]
        let ranges = (0..<3).map { (a: Int) -> Range<Int> in
          let u = stride[a] * cell[a] + phase.position[a] - first[a]
          let low = u >= 0 ? 0 : (stride[a] - 1 - u) / stride[a]
          let high = u >= extent[a] ? 0 : min(count[a], (extent[a] - 1 - u) / stride[a] + 1)
          return low..<max(low, high)
        }
        if ranges.contains(where: \.isEmpty) { continue }
        let at = (0..<3).map { (a: Int) -> Int in
          stride[a] * (cell[a] + ranges[a].lowerBound) + phase.position[a] - first[a]
        }
        var from = 0
        for (a, elements) in [pitch.planePitch, pitch.linePitch, outputs].enumerated() {
          from += (ranges[a].lowerBound + reach[a] - phase.taps[a]) * elements
        }
        let source = phase.depthRows == 0 ? box : box.dropping(from)
        let target = dx.dropping(((at[0] * extent[1] + at[1]) * extent[2] + at[2]) * inputs)
        for group in 0..<(isDepthwise ? 1 : groups) {
          product(
            kernels, phase, source, packedAdjoint(packed, phase, group), group: group, lines: ranges[1].count,
            points: ranges[2].count, into: target, tables: tables, start)
        }
      }
      guard let epilogue else { return }
      let count = [1, lines, points]
      let done = (0..<3).map { (a: Int) -> Range<Int> in
        let u = stride[a] * cell[a] - first[a]
        return max(0, u)..<min(extent[a], u + stride[a] * count[a])
      }
      for plane in done[0] {
        for line in done[1] {
          let offset = (plane * extent[1] + line) * extent[2] + done[2].lowerBound
          epilogue(offset * inputs, done[2].count * inputs)
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
    let lines: OffsetTable
    let targetLines: OffsetTable
    let targetLine: Int
  }

  var adjointTables: AdjointTables {
    let width = gathersAdjoint ? fine[2] : fine[2] + before[2] + after[2]
    let line = stride[1] * width * inputs
    return AdjointTables(
      lines: OffsetTable((0..<adjointTile.lines).map { $0 * adjointTile.linePitch }),
      targetLines: OffsetTable((0..<adjointTile.lines).map { $0 * line }), targetLine: line)
  }
}
