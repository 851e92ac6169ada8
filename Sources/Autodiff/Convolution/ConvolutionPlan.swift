import Tensors

/// Everything about one convolution that does not depend on numbers: extents, tiles, where segments start.
///
/// The convolution leads from a fine grid with `inputs` channels to a coarse one with `outputs`. Its three maps, value,
/// adjoint and weight gradient, serve ``Variable/convolved(weight:bias:window:taps:groups:activation:)`` and, with changed
/// roles, ``Variable/transposedConvolved(weight:bias:window:outputGrid:taps:groups:activation:)``. All work on one sample.
///
/// No patch is copied: at a point of the result, a line of the kernel is one contiguous run of the source, so the
/// product's rows overlap in memory. Only tiles are copied, and only where a boundary continues the field.
struct ConvolutionPlan: Sendable {
  let fine: [Int]
  let coarse: [Int]
  let kernel: [Int]
  let stride: [Int]
  let before: [Int]
  let after: [Int]
  let boundary: [Boundary]
  let inputs: Int
  let outputs: Int
  let groups: Int

  let forwardTile: ConvolutionTile
  let weightTile: ConvolutionTile
  let adjointTile: ConvolutionTile
  let phases: [Phase]

  init(grid: [Int], inputs: Int, outputs: Int, groups: Int, window: ConvolutionWindow) {
    precondition(inputs % groups == 0 && outputs % groups == 0, "groups do not divide the channels")
    let missing = 3 - grid.count
    func three<T>(_ values: [T], _ one: T) -> [T] { Array(repeating: one, count: missing) + values }
    fine = three(grid, 1)
    coarse = three(window.outputGrid(of: grid), 1)
    kernel = three(window.kernel, 1)
    stride = three(window.stride, 1)
    before = three(window.before, 0)
    after = three(window.after, 0)
    boundary = three(window.boundary, .zero)
    self.inputs = inputs
    self.outputs = outputs
    self.groups = groups
    forwardTile = ConvolutionTile(
      extent: coarse, step: stride, taps: kernel, channels: inputs, mostPoints: 4096)
    // Some hundred points make each entry of the gradient a long enough sum, and their values stay in cache.
    weightTile = ConvolutionTile(
      extent: coarse, step: stride, taps: kernel, channels: inputs, mostPoints: 320)
    let reach = zip(kernel, stride).map { ($0 - 1) / $1 + 1 }
    let targets = zip(fine, stride).map { ($0 - 1) / $1 + 2 }
    adjointTile = ConvolutionTile(
      extent: targets, step: [1, 1, 1], taps: reach, channels: outputs, mostPoints: 4096)
    phases = Phase.all(
      kernel: kernel, stride: stride, reach: reach, tile: adjointTile, inputs: inputs / groups,
      outputs: outputs, groups: groups)
  }

  var groupInputs: Int { inputs / groups }
  var groupOutputs: Int { outputs / groups }
  var taps: Int { kernel.reduce(1, *) }
  var isDepthwise: Bool { groups > 1 && groups == inputs && groups == outputs }
  /// Whether lines of the kernel are contiguous runs of the source.
  var mergesLines: Bool { groups == 1 }
  var fineCount: Int { fine.reduce(1, *) * inputs }
  var coarseCount: Int { coarse.reduce(1, *) * outputs }

  /// Points that the adjoint of each axis must see around the coarse grid.
  var reach: [Int] { zip(kernel, stride).map { ($0 - 1) / $1 + 1 } }

  /// Whether nothing outside the fine grid is read, so that it is used in place.
  var isInside: Bool {
    (0..<3).allSatisfy { before[$0] == 0 && (coarse[$0] - 1) * stride[$0] + kernel[$0] <= fine[$0] }
  }

  /// Whether the adjoint can be gathered point by point: outside values are zero, or the coarse grid repeats as the fine
  /// one does. Otherwise the gradient of the continued field is computed and folded back.
  var gathersAdjoint: Bool {
    (0..<3).allSatisfy { a in
      switch boundary[a] {
      case .zero: return true
      case .periodic: return coarse[a] * stride[a] == fine[a]
      case .reflect: return before[a] == 0 && after[a] == 0
      }
    }
  }

  /// Multiplications and additions of one map for one sample.
  var operations: Double {
    2 * Double(coarse.reduce(1, *) * taps) * Double(groupInputs * outputs)
  }

  // MARK: Reading the fine grid

  private func pitches(_ tile: ConvolutionTile) -> (line: Int, plane: Int) {
    isInside
      ? (fine[2] * inputs, fine[1] * fine[2] * inputs) : (tile.linePitch, tile.planePitch)
  }

  /// Offsets of the kernel's lines, or of its points, relative to a tile's first point.
  func segments(_ tile: ConvolutionTile, points: Bool) -> OffsetTable {
    let pitch = pitches(tile)
    var offsets: [Int] = []
    for i in 0..<kernel[0] {
      for j in 0..<kernel[1] {
        for l in 0..<(points ? kernel[2] : 1) {
          offsets.append(i * pitch.plane + j * pitch.line + l * inputs)
        }
      }
    }
    return OffsetTable(offsets)
  }

  /// Offsets of a tile's lines.
  func lines(_ tile: ConvolutionTile) -> OffsetTable {
    let pitch = pitches(tile)
    return OffsetTable((0..<tile.lines).map { $0 * stride[1] * pitch.line })
  }

  /// What the tile that starts at coarse point `start` sees of the fine field: the field itself, or its continued copy
  /// in `box`.
  func source(
    _ kernels: Kernels, _ x: Slice, _ start: SIMD3<Int>, lines: Int, points: Int, tile: ConvolutionTile,
    box: Slice
  ) -> Slice {
    let first = start &* SIMD3(stride) &- SIMD3(before)
    if isInside { return x.dropping(((first[0] * fine[1] + first[1]) * fine[2] + first[2]) * inputs) }
    GridBox(grid: fine, boundary: boundary, channels: inputs).copy(
      kernels, x,
      .init(
        start: first,
        extent: SIMD3(kernel[0], (lines - 1) * stride[1] + kernel[1], (points - 1) * stride[2] + kernel[2]),
        linePitch: tile.linePitch, planePitch: tile.planePitch), into: box)
    return box
  }

  /// Element of the coarse field at a point.
  func coarseOffset(_ start: SIMD3<Int>) -> Int {
    ((start[0] * coarse[1] + start[1]) * coarse[2] + start[2]) * outputs
  }
}
