import Tensors

/// Copies boxes that may reach over a grid's end, one sample at a time, and adds them back.
///
/// All grids have three axes here; the last is the contiguous one, apart from channels.
struct GridBox: Sendable {
  let grid: [Int]
  let boundary: [Boundary]
  let channels: Int

  /// A box: first position per axis (may be negative), extents, and the elements from line to line and plane to plane of
  /// the memory it is copied to.
  struct Place {
    var start: SIMD3<Int>
    var extent: SIMD3<Int>
    var linePitch: Int
    var planePitch: Int
  }

  /// Runs along one line: `at` of the box, `from` of the grid (nil for zeros), both in points.
  private func forEachRun(
    _ start: Int, _ extent: Int, _ body: (_ at: Int, _ from: Int?, _ length: Int) -> Void
  ) {
    let points = grid[2]
    var at = 0
    while at < extent {
      let position = start + at
      if (0..<points).contains(position) {
        let length = min(points - position, extent - at)
        body(at, position, length)
        at += length
      } else {
        let from = boundary[2].source(position, points: points)
        body(at, from, 1)
        at += 1
      }
    }
  }

  private func forEachLine(_ place: Place, _ body: (_ box: Int, _ line: Int?) -> Void) {
    for i in 0..<place.extent[0] {
      let plane = boundary[0].source(place.start[0] + i, points: grid[0])
      for j in 0..<place.extent[1] {
        let row = boundary[1].source(place.start[1] + j, points: grid[1])
        var line: Int?
        if let plane, let row { line = (plane * grid[1] + row) * grid[2] * channels }
        body(i * place.planePitch + j * place.linePitch, line)
      }
    }
  }

  /// box = x continued by the boundary.
  func copy(_ kernels: Kernels, _ x: Slice, _ place: Place, into box: Slice) {
    let width = channels
    forEachLine(place) { target, line in
      guard let line else {
        return kernels.clear(box.dropping(target, length: place.extent[2] * width))
      }
      forEachRun(place.start[2], place.extent[2]) { at, from, length in
        let to = box.dropping(target + at * width, length: length * width)
        if let from {
          kernels.copy(x.dropping(line + from * width, length: length * width), into: to)
        } else {
          kernels.clear(to)
        }
      }
    }
  }

  /// The adjoint of ``copy(_:_:_:into:)``: dx += what stands for each of its points in the box.
  func add(_ kernels: Kernels, _ box: Slice, _ place: Place, to dx: Slice) {
    let width = channels
    forEachLine(place) { source, line in
      guard let line else { return }
      forEachRun(place.start[2], place.extent[2]) { at, from, length in
        guard let from else { return }
        kernels.scale(
          1, box.dropping(source + at * width, length: length * width),
          into: dx.dropping(line + from * width),
          accumulate: true)
      }
    }
  }
}
