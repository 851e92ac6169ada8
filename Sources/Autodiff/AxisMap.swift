import Tensors

/// A linear map along one axis of a grid, the same for every line and channel.
enum AxisMap: Sendable {
  case unchanged
  case sparse(SparseRows)
  /// A full matrix, rows × columns.
  case dense(HostBuffer, rows: Int, columns: Int)

  func points(of axis: Int) -> Int {
    switch self {
    case .unchanged: return axis
    case .sparse(let s): return s.rows
    case .dense(_, let rows, _): return rows
    }
  }
}

extension Variable {
  /// Applies a map to each axis, one axis after the other.
  func mapped(_ name: String, _ maps: [AxisMap]) -> Variable {
    precondition(maps.count == shape.grid.count)
    let target = zip(maps, shape.grid).map { $0.points(of: $1) }
    // Axes that shrink come first, so that the others have less to do.
    let order = maps.indices.filter { if case .unchanged = maps[$0] { return false } else { return true } }
      .sorted { target[$0] * shape.grid[$1] < target[$1] * shape.grid[$0] }
    if order.isEmpty { return self }
    var grid = shape.grid
    var stages: [AxisStage] = []
    for axis in order {
      let inner = grid[(axis + 1)...].reduce(1, *) * shape.channels
      stages.append(
        AxisStage(
          maps[axis], outer: shape.batch * grid[..<axis].reduce(1, *), from: grid[axis], to: target[axis],
          inner: inner))
      grid[axis] = target[axis]
    }
    let inBetween = stages.dropFirst().map(\.fromCount).max() ?? 0
    let all = stages
    return graph.record(
      name, inputs: [self], output: shape.with(grid: target), forwardScratch: [inBetween, inBetween],
      backwardScratch: [inBetween, inBetween],
      forward: { c in
        var x = c.input(0)
        for (index, stage) in all.enumerated() {
          let y = index + 1 == all.count ? c.output : c.scratch(index % 2)
          stage.apply(c.kernels, x, into: y)
          x = y
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        var g = c.outputGradient
        for (index, stage) in all.enumerated().reversed() {
          let y = index == 0 ? dx.slice : c.scratch(index % 2)
          stage.applyTransposed(c.kernels, g, into: y, accumulate: index == 0 && dx.accumulates)
          g = y
        }
      })
  }
}

/// One axis' map inside arrays `[outer][axis][inner]`.
private struct AxisStage: Sendable {
  private let map: AxisMap
  private let transposed: AxisMap
  private let outer: Int
  private let from: Int
  private let to: Int
  private let inner: Int

  init(_ map: AxisMap, outer: Int, from: Int, to: Int, inner: Int) {
    self.map = map
    if case .sparse(let s) = map { transposed = .sparse(s.transposed) } else { transposed = map }
    self.outer = outer
    self.from = from
    self.to = to
    self.inner = inner
  }

  var fromCount: Int { outer * from * inner }

  func apply(_ kernels: Kernels, _ x: Slice, into y: Slice) {
    for o in 0..<outer {
      let (x, y) = (x.dropping(o * from * inner), y.dropping(o * to * inner))
      switch map {
      case .unchanged: kernels.copy(x.dropping(0, length: from * inner), into: y)
      case .sparse(let s): kernels.multiply(s, x, width: inner, into: y)
      case .dense(let matrix, let rows, let columns):
        kernels.multiply(
          .init(matrix.slice(), rows: rows, columns: columns), .init(x, rows: columns, columns: inner),
          into: .init(y, rows: rows, columns: inner))
      }
    }
  }

  func applyTransposed(_ kernels: Kernels, _ g: Slice, into dx: Slice, accumulate: Bool) {
    for o in 0..<outer {
      let (g, dx) = (g.dropping(o * to * inner), dx.dropping(o * from * inner))
      switch transposed {
      case .unchanged:
        kernels.scale(1, g.dropping(0, length: to * inner), into: dx, accumulate: accumulate)
      case .sparse(let s): kernels.multiply(s, g, width: inner, into: dx, accumulate: accumulate)
      case .dense(let matrix, let rows, let columns):
        kernels.multiply(
          Kernels.Matrix(matrix.slice(), rows: rows, columns: columns).transposed,
          .init(g, rows: rows, columns: inner), into: .init(dx, rows: columns, columns: inner),
          accumulate ? .accumulate : .zero)
      }
    }
  }
}
