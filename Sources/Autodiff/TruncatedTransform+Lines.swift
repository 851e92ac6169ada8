import Tensors

/// Points of a line that are worked on together: rows n of its front half and their mirror images N − n.
public struct LineTile: Sendable {
  /// Of 0 … N/2.
  public let rows: Range<Int>
  /// The points that the tile covers, in one run or two.
  public let runs: [Range<Int>]

  /// Points of the tiles of longer lines: with 64 channels an array over a tile is 64 KiB, so the three or four of a layer
  /// stay in a second-level cache, and what a tile costs beside its products is a small part of it.
  private static let tilePoints = 256
  /// Points of shorter lines that share one pointwise product.
  static let groupPoints = 1024

  /// Nearly equal tiles of a line of `points` points.
  static func tiles(points: Int) -> [LineTile] {
    let half = points / 2 + 1
    let count = (points + tilePoints - 1) / tilePoints
    if points <= tilePoints { return [LineTile(rows: 0..<half, runs: [0..<points])] }
    return (0..<count).map { index in
      let rows = (half * index / count)..<(half * (index + 1) / count)
      // Points 0 and N/2 have no image.
      let mirrored = max(rows.lowerBound, 1)..<min(rows.upperBound, (points + 1) / 2)
      let image = (points - mirrored.upperBound + 1)..<(points - mirrored.lowerBound + 1)
      return LineTile(rows: rows, runs: [rows, image])
    }
  }
}

extension TruncatedTransform {
  /// Lines of a sample whose pointwise work is done together, tile by tile.
  public var lineGroups: some Sequence<Range<Int>> {
    let together = tiles.count == 1 ? max(1, LineTile.groupPoints / lastPoints) : 1
    return stride(from: 0, to: lines, by: together).lazy.map { [lines] in $0..<min(lines, $0 + together) }
  }

  /// Points of a tile of `lines` in runs, counted from the first point of the first line.
  public func runs(of tile: LineTile, in lines: Range<Int>) -> [Range<Int>] {
    lines.count == 1 ? tile.runs : [0..<(lines.count * lastPoints)]
  }

  private func table(_ map: Map, _ tile: LineTile) -> (cosine: Kernels.Matrix, sine: Kernels.Matrix) {
    let table: Table
    switch map {
    case .analysis, .analysisAdjoint: table = analysisTable
    case .synthesis, .synthesisAdjoint: table = synthesisTable
    }
    func columns(_ buffer: HostBuffer) -> Kernels.Matrix {
      Kernels.Matrix(
        buffer.slice(from: tile.rows.lowerBound), rows: lastModes, columns: tile.rows.count,
        stride: lastPoints / 2 + 1)
    }
    return (columns(table.cosine), columns(table.sine))
  }

  /// Adds a tile of a line `[point][channel]` to the line's modes `[k][re | im][channel]`; the first tile replaces them.
  ///
  /// With e_n = x_n + x_{N−n} and o_n = x_n − x_{N−n} the real parts are Σ cos·e and the imaginary ones −Σ sin·o over
  /// half the points.
  ///
  /// - Parameter scratch: ``scratchCount(channels:)`` elements.
  public func lineToModes(
    _ kernels: Kernels, _ map: Map, _ line: Slice, _ tile: LineTile, channels: Int, scratch: Slice,
    into modes: Slice
  ) {
    let count = tile.rows.count * channels
    let (even, odd) = (scratch.dropping(0, length: count), scratch.dropping(count, length: count))
    kernels.fold(line, points: lastPoints, channels: channels, rows: tile.rows, even: even, odd: odd)
    let (cosine, sine) = table(map, tile)
    let start: Kernels.Start = tile.rows.lowerBound == 0 ? .zero : .accumulate
    kernels.multiply(
      cosine, .init(even, rows: tile.rows.count, columns: channels),
      into: .init(modes, rows: lastModes, columns: channels, stride: 2 * channels), start)
    kernels.multiply(
      sine, .init(odd, rows: tile.rows.count, columns: channels),
      into: .init(modes.dropping(channels), rows: lastModes, columns: channels, stride: 2 * channels), start)
  }

  /// A tile of a line from the line's modes; the transpose of ``lineToModes``.
  public func lineFromModes(
    _ kernels: Kernels, _ map: Map, _ modes: Slice, _ tile: LineTile, channels: Int, into line: Slice,
    _ start: Kernels.Start
  ) {
    let (cosine, sine) = table(map, tile)
    kernels.mirroredSynthesis(
      cosine: cosine, sine: sine, modes: modes, points: lastPoints, channels: channels, rows: tile.rows,
      into: line, start)
  }
}
