import Tensors

/// Points of a line that are worked on together: some rows of its first half or quarter and all their images.
public struct LineTile: Sendable {
  /// Of those that `LineSymmetry.rows` counts.
  public let rows: Range<Int>
  /// The points that the tile covers, in runs.
  let runs: [Range<Int>]

  /// Runs of the points that the tile covers in a group of lines, counted from the first line's first.
  public func runs(in lines: Range<Int>) -> some Sequence<Range<Int>> {
    // More than one line only where the tile is all of it.
    runs.lazy.map { ($0.lowerBound * lines.count)..<($0.upperBound * lines.count) }
  }

  /// Points of the tiles of longer lines: with 64 channels an array over a tile is 64 KiB, so the three or four of a layer
  /// stay in a second-level cache, and what a tile costs beside its products is a small part of it.
  private static let tilePoints = 256
  /// Points of shorter lines that share one pointwise product.
  static let groupPoints = 1024

  /// Nearly equal tiles of a line of `points` points.
  static func tiles(points: Int, _ symmetry: LineSymmetry?) -> [LineTile] {
    let all = symmetry?.rows(points: points) ?? points
    if points <= tilePoints { return [LineTile(rows: 0..<all, runs: [0..<points])] }
    let count = (points + tilePoints - 1) / tilePoints
    return (0..<count).map { index in
      let rows = (all * index / count)..<(all * (index + 1) / count)
      return LineTile(rows: rows, runs: symmetry.map { runs(of: rows, points: points, $0) } ?? [rows])
    }
  }

  /// The rows and their images as ascending runs that do not touch.
  private static func runs(of rows: Range<Int>, points: Int, _ symmetry: LineSymmetry) -> [Range<Int>] {
    let (first, last) = (rows.lowerBound, rows.upperBound)
    // Point 0 has no image n → N − n, and neither has N/2.
    var runs = [rows, (points - min(last, (points + 1) / 2) + 1)..<(points - max(first, 1) + 1)]
    if symmetry == .quarters {
      // Point N/4 is its own image n → N/2 − n.
      let end = 4 * (last - 1) == points ? last - 1 : last
      let half = points / 2
      runs.insert(
        contentsOf: [(half - end + 1)..<(half - first + 1), (half + max(first, 1))..<(half + end)], at: 1)
    }
    return runs.reduce(into: []) { merged, run in
      if run.isEmpty { return }
      if let previous = merged.last, previous.upperBound == run.lowerBound {
        merged[merged.count - 1] = previous.lowerBound..<run.upperBound
      } else {
        merged.append(run)
      }
    }
  }
}

extension TruncatedTransform {
  /// Lines of a sample whose pointwise work is done together, tile by tile: one, or several where a tile is a whole line.
  public var lineGroups: some Sequence<Range<Int>> {
    let together = tiles.count == 1 ? max(1, LineTile.groupPoints / lastPoints) : 1
    return stride(from: 0, to: lines, by: together).lazy.map { [lines] in $0..<min(lines, $0 + together) }
  }

  /// The waves first, first + step, … on the rows of a tile.
  private func waves(_ map: Map, _ tile: LineTile, from first: Int, by step: Int) -> (
    cosine: Kernels.Matrix, sine: Kernels.Matrix
  ) {
    let table = lineTables[map]
    let width = tableRows
    func matrix(_ buffer: HostBuffer) -> Kernels.Matrix {
      Kernels.Matrix(
        buffer.slice(from: first * width + tile.rows.lowerBound), rows: (lastModes - first + step - 1) / step,
        columns: tile.rows.count, stride: step * width)
    }
    return (matrix(table.cosine), matrix(table.sine))
  }

  /// Adds a tile of a line `[point][channel]` to the line's modes `[k][re | im][channel]`; the first tile replaces them.
  /// A fast transform does all of the line at its last tile.
  ///
  /// With the parts that `Kernels.fold` makes of it the real parts are sums of cosines times the even parts, and the
  /// imaginary ones of sines times the odd ones, over half or, even and odd modes apart, a quarter of the points.
  ///
  /// - Parameter scratch: ``scratchCount(channels:)`` elements.
  public func lineToModes(
    _ kernels: Kernels, _ map: Map, _ line: Slice, _ tile: LineTile, channels: Int, scratch: Slice,
    into modes: Slice
  ) {
    if let fourierLines {
      guard tile.rows == tiles[tiles.count - 1].rows else { return }
      return fourierLines.toModes(kernels, map, line, channels: channels, scratch: scratch, into: modes)
    }
    let start: Kernels.Start = tile.rows.lowerBound == 0 ? .zero : .accumulate
    guard let symmetry else {
      let (cosine, sine) = waves(map, tile, from: 0, by: 1)
      let points = pointMatrix(line, tile, channels)
      kernels.multiply(cosine, points, into: modeMatrix(modes, channels), start)
      kernels.multiply(sine, points, into: modeMatrix(modes.dropping(channels), channels), start)
      return
    }
    kernels.fold(line, points: lastPoints, channels: channels, symmetry, rows: tile.rows, into: scratch)
    let (rows, classes) = (tile.rows.count, symmetry.parts / 2)
    func multiply(_ waves: Kernels.Matrix, part: Int) {
      kernels.multiply(
        waves, .init(scratch.dropping(part * rows * channels), rows: rows, columns: channels),
        into: .init(
          modes.dropping(part * channels), rows: waves.rows, columns: channels, stride: 2 * classes * channels
        ),
        start)
    }
    for first in 0..<min(classes, lastModes) {
      let (cosine, sine) = waves(map, tile, from: first, by: classes)
      multiply(cosine, part: 2 * first)
      multiply(sine, part: 2 * first + 1)
    }
  }

  /// A tile of a line from the line's modes; the transpose of ``lineToModes``. A fast transform does all of the line at
  /// its first tile.
  ///
  /// - Parameter scratch: ``scratchCount(channels:)`` elements.
  public func lineFromModes(
    _ kernels: Kernels, _ map: Map, _ modes: Slice, _ tile: LineTile, channels: Int, scratch: Slice,
    into line: Slice, _ start: Kernels.Start
  ) {
    if let fourierLines {
      guard tile.rows == tiles[0].rows else { return }
      return fourierLines.fromModes(
        kernels, map, modes, channels: channels, scratch: scratch, into: line, start)
    }
    let (cosine, sine) = waves(map, tile, from: 0, by: 1)
    guard let symmetry else {
      let points = pointMatrix(line, tile, channels)
      kernels.multiply(cosine.transposed, modeMatrix(modes, channels), into: points, start)
      kernels.multiply(
        sine.transposed, modeMatrix(modes.dropping(channels), channels), into: points, .accumulate)
      return
    }
    kernels.mirroredSynthesis(
      cosine: cosine, sine: sine, modes: modes, points: lastPoints, channels: channels, symmetry,
      rows: tile.rows,
      into: line, start)
  }

  /// The points of a tile of a line that has no symmetry.
  private func pointMatrix(_ line: Slice, _ tile: LineTile, _ channels: Int) -> Kernels.Matrix {
    Kernels.Matrix(
      line.dropping(tile.rows.lowerBound * channels), rows: tile.rows.count, columns: channels)
  }

  /// The real parts of a line's modes, or, from the first of them on, the imaginary ones.
  private func modeMatrix(_ modes: Slice, _ channels: Int) -> Kernels.Matrix {
    Kernels.Matrix(modes, rows: lastModes, columns: channels, stride: 2 * channels)
  }
}
