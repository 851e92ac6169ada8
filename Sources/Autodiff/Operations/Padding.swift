import Tensors

extension Variable {
  /// x on a larger grid, zero outside: `before[a]` points are added in front of axis a and `after[a]` behind it.
  public func padded(before: [Int], after: [Int]) -> Variable {
    precondition(before.count == shape.grid.count && after.count == shape.grid.count)
    if before.allSatisfy({ $0 == 0 }) && after.allSatisfy({ $0 == 0 }) { return self }
    let large = shape.with(grid: shape.grid.indices.map { shape.grid[$0] + before[$0] + after[$0] })
    let runs = GridRuns(small: shape.grid, large: large.grid, origin: before, channels: shape.channels)
    let batch = shape.batch
    return graph.record(
      "padded", inputs: [self], output: large,
      forward: { c in
        c.kernels.clear(c.output)
        runs.forEach(batch: batch) { small, big in
          c.kernels.copy(c.input(0).dropping(small, length: runs.length), into: c.output.dropping(big))
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        runs.forEach(batch: batch) { small, big in
          c.kernels.scale(
            1, c.outputGradient.dropping(big, length: runs.length), into: dx.slice.dropping(small),
            accumulate: dx.accumulates)
        }
      })
  }

  /// The part of x that starts at `origin` and has the extents `grid`; undoes ``padded(before:after:)``.
  public func cropped(origin: [Int], grid: [Int]) -> Variable {
    precondition(origin.count == shape.grid.count && grid.count == shape.grid.count)
    if grid == shape.grid { return self }
    let runs = GridRuns(small: grid, large: shape.grid, origin: origin, channels: shape.channels)
    let batch = shape.batch
    return graph.record(
      "cropped", inputs: [self], output: shape.with(grid: grid),
      forward: { c in
        runs.forEach(batch: batch) { small, big in
          c.kernels.copy(c.input(0).dropping(big, length: runs.length), into: c.output.dropping(small))
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        dx.prepareToAdd(c.kernels)
        runs.forEach(batch: batch) { small, big in
          c.kernels.scale(
            1, c.outputGradient.dropping(small, length: runs.length), into: dx.slice.dropping(big),
            accumulate: true)
        }
      })
  }
}

extension Variable {
  /// x continued over a larger grid: `before[a]` points in front of axis a and `after[a]` behind it.
  public func padded(before: [Int], after: [Int], boundary: [Boundary]) -> Variable {
    precondition(boundary.count == shape.grid.count)
    if boundary.allSatisfy({ $0 == .zero }) { return padded(before: before, after: after) }
    let grid = shape.grid.indices.map { shape.grid[$0] + before[$0] + after[$0] }
    let sources = gridPoints(grid).map { place -> Int in
      var source = 0
      for (axis, points) in shape.grid.enumerated() {
        guard let j = boundary[axis].source(place[axis] - before[axis], points: points) else { return -1 }
        source = source * points + j
      }
      return source
    }
    return gathered("padded", GatherTable(sources), width: shape.channels, into: shape.with(grid: grid))
  }
}

/// The contiguous runs that a box inside a larger grid consists of: one per line along the last axis.
private struct GridRuns: Sendable {
  let length: Int
  private let small: [Int]
  private let large: [Int]
  private let origin: [Int]
  private let channels: Int

  init(small: [Int], large: [Int], origin: [Int], channels: Int) {
    precondition(
      zip(zip(small, large), origin).allSatisfy { $0.0 + $1 <= $0.1 && $1 >= 0 }, "the box leaves the grid")
    self.small = small
    self.large = large
    self.origin = origin
    self.channels = channels
    length = (small.last ?? 1) * channels
  }

  func forEach(batch: Int, _ body: (_ small: Int, _ large: Int) -> Void) {
    let axes = small.count
    let lines = small.dropLast().reduce(1, *)
    for sample in 0..<batch {
      for line in 0..<lines {
        var rest = line
        var place = origin[axes - 1]
        var stride = large[axes - 1]
        for axis in (0..<(axes - 1)).reversed() {
          place += (rest % small[axis] + origin[axis]) * stride
          rest /= small[axis]
          stride *= large[axis]
        }
        body((sample * lines + line) * length, (sample * stride + place) * channels)
      }
    }
  }
}
