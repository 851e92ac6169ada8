import Tensors

/// L = ∂/∂x_a by second-order central differences; at walls by third-order one-sided ones.
///
/// - References: the stencils of neuraloperator's `FiniteDiff` (central differences with periodic wrap; at walls
///   (−11, 18, −9, 2)/6h).
public struct DifferenceQuotient: FieldOperator {
  private let grid: [Int]
  private let axis: Int
  private let spacing: Double
  private let isPeriodic: Bool

  /// - Parameters:
  ///   - spacing: h, the distance of neighbouring points on the axis.
  ///   - isPeriodic: wrap around instead of one-sided stencils; needs no minimum of points. Otherwise at least four.
  public init(grid: [Int], axis: Int, spacing: Double, isPeriodic: Bool) {
    precondition(axis < grid.count && (isPeriodic || grid[axis] >= 4))
    self.grid = grid
    self.axis = axis
    self.spacing = spacing
    self.isPeriodic = isPeriodic
  }

  public func resultCount(channels: Int) -> Int { grid.reduce(1, *) * channels }
  public func scratchCount(channels: Int) -> Int { 0 }

  public func apply(_ kernels: Kernels, _ x: Slice, channels: Int, scratch: Slice, into y: Slice) {
    kernels.clear(y)
    forEachTerm(channels: channels) { coefficient, from, to, length in
      kernels.scale(coefficient, x.dropping(from, length: length), into: y.dropping(to), accumulate: true)
    }
  }

  public func addTransposed(
    _ kernels: Kernels, _ alpha: Double, _ y: Slice, channels: Int, scratch: Slice, into x: Slice
  ) {
    forEachTerm(channels: channels) { coefficient, from, to, length in
      kernels.scale(
        alpha * coefficient, y.dropping(to, length: length), into: x.dropping(from), accumulate: true)
    }
  }

  /// All terms y[to …] += coefficient·x[from …], each a contiguous run.
  private func forEachTerm(channels: Int, _ body: (Double, _ from: Int, _ to: Int, _ length: Int) -> Void) {
    let n = grid[axis]
    let inner = grid[(axis + 1)...].reduce(1, *) * channels
    let outer = grid[..<axis].reduce(1, *)
    let half = 0.5 / spacing
    for o in 0..<outer {
      let base = o * n * inner
      if n > 2 {
        body(half, base + 2 * inner, base + inner, (n - 2) * inner)
        body(-half, base, base + inner, (n - 2) * inner)
      }
      if isPeriodic {
        body(half, base + (1 % n) * inner, base, inner)
        body(-half, base + (n - 1) * inner, base, inner)
        if n > 1 {
          body(half, base, base + (n - 1) * inner, inner)
          body(-half, base + (n - 2) * inner, base + (n - 1) * inner, inner)
        }
      } else {
        for (offset, weight) in [(0, -11.0), (1, 18.0), (2, -9.0), (3, 2.0)] {
          let coefficient = weight / (6 * spacing)
          body(coefficient, base + offset * inner, base, inner)
          body(-coefficient, base + (n - 1 - offset) * inner, base + (n - 1) * inner, inner)
        }
      }
    }
  }
}
