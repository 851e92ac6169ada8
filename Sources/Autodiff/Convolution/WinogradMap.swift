import Tensors

/// One direction of a 3 × 3 convolution of stride 1 by Winograd's algorithm F(2 × 2, 3 × 3): y(o) = Σ_k x(o + offset + k) w_k.
///
/// Results are computed in blocks of 2 × 2. A tile's blocks are transformed, each of their sixteen entries is multiplied by a
/// matrix of its own, and the products are transformed back: 4 multiplications a result and pair of channels instead of 9.
///
/// - References: A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016, arXiv:1509.09308.
struct WinogradMap: Sendable {
  private static let entries = 16
  private static let atStart = OffsetTable([0])

  let source: GridBox
  /// First point that result 0 sees.
  let offset: [Int]
  /// Results along each axis; even along the last two.
  let extent: [Int]
  let inputs: Int
  let outputs: Int
  /// Of blocks.
  private let tile: ConvolutionTile

  init(source: GridBox, offset: [Int], extent: [Int], outputs: Int) {
    self.source = source
    self.offset = offset
    self.extent = extent
    inputs = source.channels
    self.outputs = outputs
    // Transformed points and products stay in the second-level cache, and products keep some rows.
    tile = ConvolutionTile(
      extent: [extent[0], extent[1] / 2, extent[2] / 2], step: [1, 2, 2], taps: [1, 4, 4], channels: inputs,
      mostPoints: max(16, 4096 / (inputs + outputs)))
  }

  private var blocks: Int { tile.lines * tile.points }
  private var packedEntry: Int { Kernels.packedCount(depth: inputs, columns: outputs) }

  var boxCount: Int { tile.boxCount }
  var pointCount: Int { WinogradMap.entries * entry(blocks, inputs) }
  var productCount: Int { WinogradMap.entries * entry(blocks, outputs) }
  var weightCount: Int { WinogradMap.entries * inputs * outputs }
  var packedCount: Int { WinogradMap.entries * packedEntry }
  /// Elements of one packed entry of a tile's gradient.
  var packedGradientCount: Int { Kernels.packedCount(depth: blocks, columns: outputs) }

  /// Elements from one entry of transformed blocks to the next: no power of two, so that the sixteen that a block writes
  /// do not fall on the same lines of the first cache.
  private func entry(_ blocks: Int, _ channels: Int) -> Int { blocks * channels + 16 }

  /// Memory of ``apply(_:_:packed:start:_:into:epilogue:)``.
  struct Scratch {
    let box: Slice
    let points: Slice
    let products: Slice
  }

  /// Packs taps `[9][inputs][outputs]`, or for the adjoint of the convolution that has taps `[9][outputs][inputs]`.
  func pack(_ kernels: Kernels, _ weights: Slice, isAdjoint: Bool, transformed: Slice, into packed: Slice) {
    let count = inputs * outputs
    kernels.winogradWeights(count: count, weights, flipped: isAdjoint, into: transformed)
    for index in 0..<WinogradMap.entries {
      let matrix = transformed.dropping(index * count, length: count)
      kernels.pack(
        isAdjoint
          ? Kernels.Matrix(matrix, rows: outputs, columns: inputs).transposed
          : Kernels.Matrix(matrix, rows: inputs, columns: outputs),
        row: 0, depth: inputs, into: packed.dropping(index * packedEntry, length: packedEntry))
    }
  }

  /// y = start + the convolution of x, for one sample.
  func apply(
    _ kernels: Kernels, _ x: Slice, packed: Slice, start: Kernels.Start, _ scratch: Scratch, into y: Slice,
    epilogue: ConvolutionPlan.Epilogue?
  ) {
    forEachTile(kernels, x, scratch) { first, lines, count in
      let all = lines * count
      for index in 0..<WinogradMap.entries {
        kernels.multiplyGathered(
          .init(
            scratch.points.dropping(index * entry(all, inputs), length: all * inputs),
            blocks: WinogradMap.atStart, segments: WinogradMap.atStart, rowStride: inputs, columnStride: 1),
          rows: all, depth: inputs,
          packed: packed.dropping(index * packedEntry, length: packedEntry), columns: outputs,
          into: scratch.products.dropping(index * entry(all, outputs), length: all * outputs),
          blocks: WinogradMap.atStart, stride: outputs)
      }
      for line in 0..<lines {
        let place = place(first, line: line)
        kernels.winogradOutput(
          blocks: count, channels: outputs, scratch.products.dropping(line * count * outputs),
          entry: entry(all, outputs), into: y.dropping(place), line: extent[2] * outputs, start)
        epilogue?(place, 2 * count * outputs)
        epilogue?(place + extent[2] * outputs, 2 * count * outputs)
      }
    }
  }

  /// Adds to the transformed taps' gradient `[16][inputs][outputs]` what a sample contributes.
  ///
  /// - Parameters:
  ///   - g: gradient of the result.
  ///   - packed: ``packedGradientCount`` elements.
  func addGradient(
    _ kernels: Kernels, _ x: Slice, _ g: Slice, _ scratch: Scratch, packed: Slice, to transformed: Slice
  ) {
    forEachTile(kernels, x, scratch) { first, lines, count in
      let all = lines * count
      for line in 0..<lines {
        kernels.winogradGradient(
          blocks: count, channels: outputs, g.dropping(place(first, line: line)), line: extent[2] * outputs,
          into: scratch.products.dropping(line * count * outputs), entry: entry(all, outputs))
      }
      for index in 0..<WinogradMap.entries {
        kernels.pack(
          .init(
            scratch.products.dropping(index * entry(all, outputs), length: all * outputs), rows: all,
            columns: outputs), row: 0, depth: all, into: packed)
        kernels.multiplyGathered(
          .init(
            scratch.points.dropping(index * entry(all, inputs), length: all * inputs),
            blocks: WinogradMap.atStart, segments: WinogradMap.atStart, rowStride: 1, columnStride: inputs),
          rows: inputs, depth: all, packed: packed, columns: outputs,
          into: transformed.dropping(index * inputs * outputs, length: inputs * outputs),
          blocks: WinogradMap.atStart, stride: outputs, .accumulate)
      }
    }
  }

  /// Element of the result where a line of a tile's blocks begins.
  private func place(_ first: SIMD3<Int>, line: Int) -> Int {
    ((first[0] * extent[1] + 2 * (first[1] + line)) * extent[2] + 2 * first[2]) * outputs
  }

  /// Transforms the points of each tile, then calls `body` with its first block, its lines of blocks and their length.
  private func forEachTile(
    _ kernels: Kernels, _ x: Slice, _ scratch: Scratch,
    _ body: (_ first: SIMD3<Int>, _ lines: Int, _ count: Int) -> Void
  ) {
    tile.forEach(to: SIMD3(extent[0], extent[1] / 2, extent[2] / 2)) { first, lines, count in
      source.copy(
        kernels, x,
        .init(
          start: first &* SIMD3(1, 2, 2) &+ SIMD3(offset), extent: SIMD3(1, 2 * lines + 2, 2 * count + 2),
          linePitch: tile.linePitch, planePitch: tile.planePitch),
        into: scratch.box)
      for line in 0..<lines {
        kernels.winogradInput(
          blocks: count, channels: inputs, scratch.box.dropping(2 * line * tile.linePitch),
          line: tile.linePitch, into: scratch.points.dropping(line * count * inputs),
          entry: entry(lines * count, inputs))
      }
      body(first, lines, count)
    }
  }
}

extension ConvolutionPlan {
  /// The convolution and its adjoint by Winograd's algorithm, where it applies and pays.
  struct Winograd: Sendable {
    let forward: WinogradMap
    /// In the extent that ``ConvolutionPlan/adjoint(_:_:packed:start:box:folded:into:tables:epilogue:)`` computes.
    let adjoint: WinogradMap
  }

  /// Fewer channels make transforms as dear as what they save, fewer blocks those of the weights. Nothing here depends on the
  /// batch, so that a sample has the same bits in any.
  var winograd: Winograd? {
    guard kernel == [1, 3, 3], stride == [1, 1, 1], groups == 1, before[0] == 0, after[0] == 0,
      min(inputs, outputs) >= 16, coarse[1] * coarse[2] >= 256
    else { return nil }
    let extent = gathersAdjoint ? fine : (0..<3).map { continued[$0] }
    guard (coarse + extent).enumerated().allSatisfy({ $0.offset % 3 == 0 || $0.element % 2 == 0 }) else {
      return nil
    }
    let first = gathersAdjoint ? before : [0, 0, 0]
    return Winograd(
      forward: WinogradMap(
        source: GridBox(grid: fine, boundary: boundary, channels: inputs), offset: before.map { -$0 },
        extent: coarse, outputs: outputs),
      adjoint: WinogradMap(
        source: GridBox(grid: coarse, boundary: adjointBoundary, channels: outputs),
        offset: [first[0], first[1] - 2, first[2] - 2], extent: extent, outputs: inputs))
  }
}
