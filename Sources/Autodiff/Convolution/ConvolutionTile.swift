import Tensors

/// The part of a result that is worked on at a time, so that what it reads stays in the second-level cache: some lines
/// of one plane, and some points of each.
///
/// Places on the three axes are `SIMD3`, which unlike an array takes no memory of its own: a step allocates nothing.
struct ConvolutionTile: Sendable {
  /// Elements that a tile's source may have: 128 KiB of single precision.
  private static let budget = 32_768

  let lines: Int
  let points: Int
  /// Elements of the source from line to line and from plane to plane.
  let linePitch: Int
  let planePitch: Int
  /// Elements of the source's copy.
  let boxCount: Int

  /// - Parameters:
  ///   - extent: of the result, three axes.
  ///   - step: points of the source per point of the result.
  ///   - taps: points of the source that one point of the result sees.
  ///   - mostPoints: of the result in one tile.
  init(extent: [Int], step: [Int], taps: [Int], channels: Int, mostPoints: Int) {
    func line(_ points: Int) -> Int { ((points - 1) * step[2] + taps[2]) * channels }
    var points = min(extent[2], mostPoints)
    while points > 16 && taps[0] * taps[1] * line(points) > ConvolutionTile.budget {
      points = (points + 1) / 2
    }
    var lines = min(extent[1], max(1, mostPoints / points))
    while lines > 1 && taps[0] * ((lines - 1) * step[1] + taps[1]) * line(points) > ConvolutionTile.budget {
      lines -= 1
    }
    // Nearly equal tiles.
    points = (extent[2] - 1) / ((extent[2] - 1) / points + 1) + 1
    lines = (extent[1] - 1) / ((extent[1] - 1) / lines + 1) + 1
    self.lines = lines
    self.points = points
    linePitch = line(points)
    planePitch = ((lines - 1) * step[1] + taps[1]) * linePitch
    boxCount = taps[0] * planePitch
  }

  /// Calls `body` with the first point and the extents (planes are taken one by one) of every tile of `low ..< high`.
  func forEach(
    from low: SIMD3<Int> = .zero, to high: SIMD3<Int>,
    _ body: (_ start: SIMD3<Int>, _ lines: Int, _ points: Int) -> Void
  ) {
    for plane in low[0]..<high[0] {
      for line in stride(from: low[1], to: high[1], by: lines) {
        for point in stride(from: low[2], to: high[2], by: points) {
          body(SIMD3(plane, line, point), min(lines, high[1] - line), min(points, high[2] - point))
        }
      }
    }
  }
}
