import Tensors

extension Variable {
  /// The result's runs of `width` elements, in memory order of one sample, picked from this sample's by index.
  ///
  /// Shifts, patches, windows and continued boundaries are all tables of indices.
  func gathered(_ name: String, _ indices: GatherTable, width: Int, into output: FieldShape) -> Variable {
    let batch = shape.batch
    let (from, to) = (shape.sampleCount, indices.count * width)
    precondition(output.count == batch * to && from % width == 0, "the table does not fill \(output)")
    return graph.record(
      name, inputs: [self], output: output,
      forward: { c in
        for sample in 0..<batch {
          c.kernels.gather(
            c.input(0).dropping(sample * from, length: from), indices, width: width,
            into: c.output.dropping(sample * to))
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        dx.prepareToAdd(c.kernels)
        for sample in 0..<batch {
          c.kernels.scatter(
            c.outputGradient.dropping(sample * to, length: to), indices, width: width,
            addingTo: dx.slice.dropping(sample * from, length: from))
        }
      })
  }

  /// The field moved by `shift[a]` points along axis a on a periodic grid: y[i] = x[i − shift].
  public func rolled(by shift: [Int]) -> Variable {
    precondition(shift.count == shape.grid.count)
    let sources = gridPoints(shape.grid).map { place in
      zip(zip(place, shift), shape.grid).reduce(0) { index, axis in
        let ((i, s), n) = axis
        return index * n + (((i - s) % n) + n) % n
      }
    }
    return gathered("rolled", GatherTable(sources), width: shape.channels, into: shape)
  }

  /// Patches side by side, each one point of a coarser grid with all its points' channels: `[B, C, N₁, …]` →
  /// `[B, p₁⋯p_d·C, N₁/p₁, …]`, in a patch point by point and then channel by channel.
  public func patchified(_ size: [Int]) -> Variable {
    let patches = Patches(grid: shape.grid, size: size)
    return gathered(
      "patchify", GatherTable(patches.pointOfPlace), width: shape.channels,
      into: FieldShape(batch: shape.batch, grid: patches.count, channels: patches.points * shape.channels))
  }

  /// Undoes ``patchified(_:)``.
  public func unpatchified(_ size: [Int]) -> Variable {
    let grid = zip(shape.grid, size).map { $0 * $1 }
    let patches = Patches(grid: grid, size: size)
    precondition(shape.channels % patches.points == 0, "the channels are no patches of this size")
    let channels = shape.channels / patches.points
    return gathered(
      "unpatchify", GatherTable(patches.placeOfPoint), width: channels,
      into: FieldShape(batch: shape.batch, grid: grid, channels: channels))
  }

  /// Windows side by side as samples of their own: `[B, C, N₁, …]` → `[B·windows, C, w₁, …]`; attention inside a window
  /// is attention there. Windows that overlap a shift follow from ``rolled(by:)``.
  public func windows(_ size: [Int]) -> Variable {
    let patches = Patches(grid: shape.grid, size: size)
    return gathered(
      "windows", GatherTable(patches.pointOfPlace), width: shape.channels,
      into: FieldShape(
        batch: shape.batch * patches.count.reduce(1, *), grid: size, channels: shape.channels))
  }

  /// Undoes ``windows(_:)``.
  public func joinedWindows(grid: [Int]) -> Variable {
    let patches = Patches(grid: grid, size: shape.grid)
    let windows = patches.count.reduce(1, *)
    precondition(shape.batch % windows == 0, "the samples are no windows of this grid")
    let together = reshaped(
      FieldShape(batch: shape.batch / windows, grid: [windows * patches.points], channels: shape.channels))
    return together.gathered(
      "joinedWindows", GatherTable(patches.placeOfPoint), width: shape.channels,
      into: FieldShape(batch: together.shape.batch, grid: grid, channels: shape.channels))
  }
}

/// All points of a grid in memory order.
package func gridPoints(_ grid: [Int]) -> [[Int]] {
  grid.reduce([[]]) { points, n in points.flatMap { point in (0..<n).map { point + [$0] } } }
}

/// A grid cut into boxes of one size. A place counts patch by patch, and inside a patch point by point.
private struct Patches {
  let count: [Int]
  let points: Int
  private(set) var pointOfPlace: [Int] = []
  private(set) var placeOfPoint: [Int]

  init(grid: [Int], size: [Int]) {
    precondition(
      grid.count == size.count && zip(grid, size).allSatisfy { $0 % $1 == 0 },
      "\(size) does not divide \(grid)")
    count = zip(grid, size).map { $0 / $1 }
    points = size.reduce(1, *)
    placeOfPoint = Array(repeating: 0, count: grid.reduce(1, *))
    let inside = gridPoints(size)
    for patch in gridPoints(count) {
      for offset in inside {
        let point = grid.indices.reduce(0) { $0 * grid[$1] + patch[$1] * size[$1] + offset[$1] }
        placeOfPoint[point] = pointOfPlace.count
        pointOfPlace.append(point)
      }
    }
  }
}
