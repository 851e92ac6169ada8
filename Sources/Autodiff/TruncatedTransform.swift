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
/// no size is awkward, and the adjoint is the transposed product. Cosines are even and sines odd about each axis's
/// middle, so sums and differences of mirrored points halve every product, and once more on a long last axis of even size; see
/// `TruncatedTransform+Lines.swift`. With many modes of a long last axis a fast transform costs less, and is taken there.
///
/// An axis need not be periodic: where a ``Continuation`` mirrors it, N_a above is the period P of the continued field, sums
/// run over a period, and synthesis gives its first N points. Arrays are those of N points all the same, since the images
/// are in the tables; these have no symmetry to use.
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
  public let continuations: [Continuation]
  private let precision: Precision

  /// How lines of the last axis are transformed.
  public enum LineMethod: Sendable {
    /// Products with tables of waves.
    case products
    /// Fast Fourier transforms, for even numbers of points.
    case fourier
  }

  /// Nil where the last axis is mirrored.
  let symmetry: LineSymmetry?
  /// Last axis: `[m][tableRows]`, with the scales of both maps; empty where `fourierLines` does their work.
  let lineTables: Tables
  /// Points that a wave of the last axis is tabulated at.
  let tableRows: Int
  let fourierLines: FourierLines?
  /// Other axes: cosines `[q + 1][N/2 + 1]` of the front half, sines `[q][rest]` of the points behind it; where the axis is
  /// mirrored both have all points.
  let axisTables: [Tables]
  let highest: [Int]
  /// How a line of the last axis is cut to be worked on in a near cache.
  public let tiles: [LineTile]

  /// - Parameters:
  ///   - frequencies: per axis; no two equal modulo the axis's period.
  ///   - analysisScale: s_a
  ///   - synthesisScale: s_s
  ///   - continuations: per axis; all periodic unless given.
  ///   - lines: how a periodic last axis is transformed; the cheaper way unless given.
  public init(
    grid: [Int], frequencies: [[Int]], analysisScale: Double, synthesisScale: Double, precision: Precision,
    continuations: [Continuation]? = nil, lines: LineMethod? = nil
  ) {
    precondition(grid.count == frequencies.count && !grid.isEmpty)
    precondition(frequencies.allSatisfy { !$0.isEmpty })
    let last = grid.count - 1
    precondition(frequencies[last] == Array(0..<frequencies[last].count), "the halved axis has modes 0, 1, …")
    let continuations = continuations ?? grid.map { _ in .periodic }
    let period = continuations[last].period(points: grid[last])
    precondition(frequencies[last].count <= period / 2 + 1, "more modes than the grid has")
    self.continuations = continuations
    self.grid = grid
    self.frequencies = frequencies
    self.precision = precision
    let highest = frequencies.map { $0.map(abs).max() ?? 0 }
    self.highest = highest
    let (modes, points) = (frequencies[last].count, grid[last])
    let symmetry = continuations[last] == .periodic ? LineSymmetry(points: points) : nil
    let rows = symmetry?.rows(points: points) ?? points
    tableRows = rows
    let method =
      symmetry == nil
      ? .products : lines ?? (FourierLines.isCheaper(points: points, modes: modes) ? .fourier : .products)
    fourierLines =
      method == .products
      ? nil
      : FourierLines(
        points: points, modes: modes, analysisScale: analysisScale, synthesisScale: synthesisScale,
        precision: precision)
    let tabulated = method == .products ? modes : 0
    func lineTable(withImages: Bool, scale: (Int) -> Double) -> Table {
      Table(
        line: points, rows: rows, modes: tabulated, continuations[last], withImages: withImages,
        precision: precision, scale: scale)
    }
    lineTables = Tables(
      analysis: lineTable(withImages: true) { _ in analysisScale },
      synthesis: lineTable(withImages: false) {
        ($0 == 0 || 2 * $0 == period) ? synthesisScale : 2 * synthesisScale
      })
    axisTables = (0..<last).map { axis in
      let table = { (withImages: Bool) in
        Table(
          axis: grid[axis], highest: highest[axis], continuations[axis], withImages: withImages,
          precision: precision)
      }
      let analysis = table(true)
      return Tables(
        analysis: analysis, synthesis: continuations[axis] == .periodic ? analysis : table(false))
    }
    self.symmetry = symmetry
    tiles = LineTile.tiles(points: points, symmetry)
  }

  /// How lines of the last axis are transformed.
  public var lineMethod: LineMethod { fourierLines == nil ? .products : .fourier }

  /// Kept modes in all.
  public var modeCount: Int { frequencies.reduce(1) { $0 * $1.count } }
  var lastModes: Int { frequencies[grid.count - 1].count }
  var lastPoints: Int { grid[grid.count - 1] }
  /// Lines along the last axis in one sample.
  public var lines: Int { grid.dropLast().reduce(1, *) }

  /// Elements of each of the two scratch arrays that ``toModes`` and ``fromModes`` need for `channels` channels.
  public func scratchCount(channels: Int) -> Int {
    var inner = 2 * lastModes * channels
    var outer = lines
    let line =
      fourierLines?.scratchCount(channels: channels)
      ?? (symmetry?.parts ?? 0) * (tiles.map(\.rows.count).max() ?? 0) * channels
    var most = max(outer * inner, line)
    for axis in (0..<(grid.count - 1)).reversed() {
      outer /= grid[axis]
      most = max(most, (2 * highest[axis] + 1) * inner)
      inner *= frequencies[axis].count
      most = max(most, outer * inner)
    }
    return most
  }

  /// Elements of one line's modes.
  public func lineModeCount(channels: Int) -> Int { 2 * lastModes * channels }

  /// Additions and multiplications of either direction for one sample.
  public func flops(channels: Int) -> Double {
    var inner = 2 * lastModes * channels
    var outer = lines
    let line =
      fourierLines?.flops(channels: channels)
      ?? 2 * tableRows * inner + (symmetry?.parts ?? 0) * lastPoints * channels
    var total = outer * line
    for axis in (0..<(grid.count - 1)).reversed() {
      let (n, q) = (grid[axis], highest[axis])
      let (cosines, sines) = TruncatedTransform.ranges(n, continuations[axis])
      outer /= n
      total += outer * inner * (2 * (q + 1) * cosines.count + 2 * q * sines.count + 2 * n)
      inner *= frequencies[axis].count
    }
    return Double(total)
  }

  // MARK: Whole samples

  /// One sample's modes from its points; both scratch arrays hold ``scratchCount(channels:)`` elements.
  public func toModes(
    _ kernels: Kernels, _ map: Map, _ x: Slice, channels: Int, scratch: (Slice, Slice), into modes: Slice
  ) {
    let width = lineModeCount(channels: channels)
    let line = lastPoints * channels
    for index in 0..<lines {
      for tile in tiles {
        lineToModes(
          kernels, map, x.dropping(index * line, length: line), tile, channels: channels, scratch: scratch.1,
          into: scratch.0.dropping(index * width, length: width))
      }
    }
    crossToModes(kernels, map, lineModes: scratch.0, channels: channels, scratch: scratch.1, into: modes)
  }

  /// One sample's points from its modes.
  public func fromModes(
    _ kernels: Kernels, _ map: Map, _ modes: Slice, channels: Int, scratch: (Slice, Slice), into x: Slice,
    accumulate: Bool
  ) {
    crossFromModes(kernels, map, modes: modes, channels: channels, scratch: scratch.1, into: scratch.0)
    let width = lineModeCount(channels: channels)
    let line = lastPoints * channels
    for index in 0..<lines {
      for tile in tiles {
        lineFromModes(
          kernels, map, scratch.0.dropping(index * width, length: width), tile, channels: channels,
          scratch: scratch.1, into: x.dropping(index * line, length: line), accumulate ? .accumulate : .zero)
      }
    }
  }
}
