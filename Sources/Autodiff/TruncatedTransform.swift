import Tensors

/// The discrete Fourier transform of real fields, restricted to chosen modes, as small matrix products.
///
/// For a grid N₁ × … × N_d and modes k (signed frequencies on all axes but the last, 0 ≤ k_d < m on the last):
///
///     analysis   X_k = s_a Σ_n x_n e^{−2πi Σ k_a n_a / N_a}
///     synthesis  x_n = s_s Σ_k c_{k_d} Re( X_k e^{+2πi Σ k_a n_a / N_a} ),  c = 1 for k_d = 0 and k_d = N_d/2, else 2
///
/// Synthesis is what `irfftn` does with every other mode zero: parts of the k_d = 0 plane that are not Hermitian drop
/// out. An operator keeps 12–32 modes of 64–1024, where products with cosine and sine tables beat a fast transform,
/// no size is awkward, and the adjoint is the transposed product.
///
/// Modes are stored `[k₁]…[k_d][re | im][channel]`; frequencies +k and −k of an axis share their table rows.
public final class TruncatedTransform: Sendable {
  /// Which of the four maps between grid and modes: each of the two, or its transpose.
  public enum Map: Sendable {
    case analysis
    case analysisAdjoint
    case synthesis
    case synthesisAdjoint
  }

  public let grid: [Int]
  /// Signed frequencies of each axis in storage order; the last axis has 0, 1, …, m − 1.
  public let frequencies: [[Int]]
  private let precision: Precision
  /// Last axis: rows (k, re), (k, im) for both maps, `[2m][N]`.
  private let analysisTable: HostBuffer
  private let synthesisTable: HostBuffer
  /// Other axes: rows cos 0…q, sin 1…q, `[2q + 1][N]`.
  private let axisTables: [HostBuffer]
  private let highest: [Int]

  /// - Parameters:
  ///   - frequencies: per axis; no two equal modulo the axis's points.
  ///   - analysisScale: s_a
  ///   - synthesisScale: s_s
  public init(
    grid: [Int], frequencies: [[Int]], analysisScale: Double, synthesisScale: Double, precision: Precision
  ) {
    precondition(grid.count == frequencies.count && !grid.isEmpty)
    precondition(frequencies.allSatisfy { !$0.isEmpty })
    let last = grid.count - 1
    precondition(frequencies[last] == Array(0..<frequencies[last].count), "the halved axis has modes 0, 1, …")
    precondition(frequencies[last].count <= grid[last] / 2 + 1, "more modes than the grid has")
    self.grid = grid
    self.frequencies = frequencies
    self.precision = precision
    highest = frequencies.map { $0.map(abs).max() ?? 0 }
    let modes = frequencies[last].count
    let points = grid[last]
    analysisTable = HostBuffer(count: 2 * modes * points, precision: precision)
    synthesisTable = HostBuffer(count: 2 * modes * points, precision: precision)
    for k in 0..<modes {
      let weight = (k == 0 || 2 * k == points) ? synthesisScale : 2 * synthesisScale
      for n in 0..<points {
        let (sine, cosine) = turn(k * n, of: points)
        analysisTable[(2 * k) * points + n] = analysisScale * cosine
        analysisTable[(2 * k + 1) * points + n] = -analysisScale * sine
        synthesisTable[(2 * k) * points + n] = weight * cosine
        synthesisTable[(2 * k + 1) * points + n] = -weight * sine
      }
    }
    var tables: [HostBuffer] = []
    for axis in 0..<last {
      let (q, n) = (highest[axis], grid[axis])
      let table = HostBuffer(count: (2 * q + 1) * n, precision: precision)
      for k in 0...q {
        for i in 0..<n {
          let (sine, cosine) = turn(k * i, of: n)
          table[k * n + i] = cosine
          if k > 0 { table[(q + k) * n + i] = sine }
        }
      }
      tables.append(table)
    }
    axisTables = tables
  }

  /// Kept modes in all.
  public var modeCount: Int { frequencies.reduce(1) { $0 * $1.count } }
  private var lastModes: Int { frequencies[grid.count - 1].count }
  private var lastPoints: Int { grid[grid.count - 1] }
  /// Lines along the last axis in one sample.
  public var lines: Int { grid.dropLast().reduce(1, *) }

  /// Elements of each of the two scratch arrays that ``toModes`` and ``fromModes`` need for `channels` channels.
  public func scratchCount(channels: Int) -> Int {
    var inner = 2 * lastModes * channels
    var outer = lines
    var most = outer * inner
    for axis in (0..<(grid.count - 1)).reversed() {
      outer /= grid[axis]
      most = max(most, (2 * highest[axis] + 1) * inner)
      inner *= frequencies[axis].count
      most = max(most, outer * inner)
    }
    return most
  }

  private func lastTable(_ map: Map) -> HostBuffer {
    switch map {
    case .analysis, .analysisAdjoint: return analysisTable
    case .synthesis, .synthesisAdjoint: return synthesisTable
    }
  }

  // MARK: One line along the last axis

  /// Transforms points `range` of a line, `[point][channel]`, to its modes `[k][re | im][channel]`.
  public func lineToModes(
    _ kernels: Kernels, _ map: Map, _ x: Slice, points range: Range<Int>, channels: Int, into modes: Slice,
    accumulate: Bool
  ) {
    let table = Kernels.Matrix(
      lastTable(map).slice(from: range.lowerBound), rows: 2 * lastModes, columns: range.count,
      stride: lastPoints)
    kernels.multiply(
      table, .init(x, rows: range.count, columns: channels),
      into: .init(modes, rows: 2 * lastModes, columns: channels),
      accumulate ? .accumulate : .zero)
  }

  /// Points `range` of a line from its modes.
  public func lineFromModes(
    _ kernels: Kernels, _ map: Map, _ modes: Slice, points range: Range<Int>, channels: Int, into x: Slice,
    _ start: Kernels.Start
  ) {
    let table = Kernels.Matrix(
      lastTable(map).slice(from: range.lowerBound), rows: 2 * lastModes, columns: range.count,
      stride: lastPoints)
    kernels.multiply(
      table.transposed, .init(modes, rows: 2 * lastModes, columns: channels),
      into: .init(x, rows: range.count, columns: channels), start)
  }

  /// Elements of one line's modes.
  public func lineModeCount(channels: Int) -> Int { 2 * lastModes * channels }

  // MARK: The other axes

  /// From lines' modes `[N₁]…[N_{d−1}][k_d][re | im][channel]` to all modes. `lineModes` is overwritten.
  public func crossToModes(
    _ kernels: Kernels, lineModes: Slice, channels: Int, scratch: Slice, into modes: Slice
  ) {
    if grid.count == 1 {
      kernels.copy(lineModes.dropping(0, length: lineModeCount(channels: channels)), into: modes)
      return
    }
    var inner = lineModeCount(channels: channels)
    var outer = lines
    for axis in (0..<(grid.count - 1)).reversed() {
      let (n, q, kept) = (grid[axis], highest[axis], frequencies[axis])
      outer /= n
      let table = Kernels.Matrix(axisTables[axis].slice(), rows: 2 * q + 1, columns: n)
      // In place but for the last axis: kept modes are no more than points, so line o's result ends before
      // line o + 1's input begins.
      let target = axis == 0 ? modes : lineModes
      for o in 0..<outer {
        kernels.multiply(
          table, .init(lineModes.dropping(o * n * inner), rows: n, columns: inner),
          into: .init(scratch, rows: 2 * q + 1, columns: inner))
        for (index, frequency) in kept.enumerated() {
          let k = abs(frequency)
          kernels.combine(
            blocks: inner / (2 * channels), channels: channels,
            cosine: scratch.dropping(k * inner, length: inner),
            sine: k == 0 ? nil : scratch.dropping((q + k) * inner, length: inner),
            sign: frequency < 0 ? -1 : 1,
            into: target.dropping((o * kept.count + index) * inner))
        }
      }
      inner *= kept.count
    }
  }

  /// From all modes to lines' modes; the transpose of ``crossToModes``. `modes` is left as it was.
  public func crossFromModes(
    _ kernels: Kernels, modes: Slice, channels: Int, scratch: Slice, into lineModes: Slice
  ) {
    if grid.count == 1 {
      kernels.copy(modes.dropping(0, length: lineModeCount(channels: channels)), into: lineModes)
      return
    }
    var inner = lineModeCount(channels: channels)
    for axis in 1..<(grid.count - 1) { inner *= frequencies[axis].count }
    var outer = 1
    for axis in 0..<(grid.count - 1) {
      let (n, q, kept) = (grid[axis], highest[axis], frequencies[axis])
      let table = Kernels.Matrix(axisTables[axis].slice(), rows: 2 * q + 1, columns: n)
      let source = axis == 0 ? modes : lineModes
      // Backwards, because the result of an outer index is larger than its source and may share its memory.
      for o in (0..<outer).reversed() {
        for k in 0...q {
          let plus = kept.firstIndex(of: k)
          let minus = k == 0 ? nil : kept.firstIndex(of: -k)
          let cosine = scratch.dropping(k * inner, length: inner)
          let sine = k == 0 ? nil : scratch.dropping((q + k) * inner, length: inner)
          if plus == nil && minus == nil {
            kernels.clear(cosine)
            if let sine { kernels.clear(sine) }
            continue
          }
          kernels.split(
            blocks: inner / (2 * channels), channels: channels,
            plus: plus.map { source.dropping((o * kept.count + $0) * inner, length: inner) },
            minus: minus.map { source.dropping((o * kept.count + $0) * inner, length: inner) },
            cosine: cosine,
            sine: sine)
        }
        kernels.multiply(
          table.transposed, .init(scratch, rows: 2 * q + 1, columns: inner),
          into: .init(lineModes.dropping(o * n * inner), rows: n, columns: inner))
      }
      outer *= n
      if axis + 1 < grid.count - 1 { inner /= frequencies[axis + 1].count }
    }
  }

  // MARK: Whole samples

  /// One sample's modes from its points; both scratch arrays hold ``scratchCount(channels:)`` elements.
  public func toModes(
    _ kernels: Kernels, _ map: Map, _ x: Slice, channels: Int, scratch: (Slice, Slice), into modes: Slice
  ) {
    let width = lineModeCount(channels: channels)
    let line = lastPoints * channels
    for index in 0..<lines {
      lineToModes(
        kernels, map, x.dropping(index * line, length: line), points: 0..<lastPoints, channels: channels,
        into: scratch.0.dropping(index * width), accumulate: false)
    }
    crossToModes(kernels, lineModes: scratch.0, channels: channels, scratch: scratch.1, into: modes)
  }

  /// One sample's points from its modes.
  public func fromModes(
    _ kernels: Kernels, _ map: Map, _ modes: Slice, channels: Int, scratch: (Slice, Slice), into x: Slice,
    accumulate: Bool
  ) {
    crossFromModes(kernels, modes: modes, channels: channels, scratch: scratch.1, into: scratch.0)
    let width = lineModeCount(channels: channels)
    let line = lastPoints * channels
    for index in 0..<lines {
      lineFromModes(
        kernels, map, scratch.0.dropping(index * width), points: 0..<lastPoints, channels: channels,
        into: x.dropping(index * line), accumulate ? .accumulate : .zero)
    }
  }
}

/// cos and sin of 2π·step/count, with the angle reduced exactly.
private func turn(_ step: Int, of count: Int) -> (sine: Double, cosine: Double) {
  exactSineAndCosine(numerator: step % count, denominator: count)
}
