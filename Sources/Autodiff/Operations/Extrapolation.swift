import Tensors

extension Variable {
  /// x continued by `margin[a]` points on both sides of axis a, with the parabola through the three outermost points of
  /// each line (the polynomial through all of them where there are fewer).
  ///
  /// A central difference at the edge becomes the one-sided one of second order: (−3x₀ + 4x₁ − x₂)/(2h).
  public func extrapolated(by margin: [Int]) -> Variable {
    precondition(margin.count == shape.grid.count && margin.allSatisfy { $0 >= 0 })
    return mapped(
      "extrapolated",
      zip(shape.grid, margin).map { points, margin in
        if margin == 0 { return .unchanged }
        let used = min(3, points)
        /// Weights of the outermost points at `distance` spacings outside: Lagrange's polynomials.
        func weights(_ distance: Int) -> [Double] {
          (0..<used).map { k in
            (0..<used).reduce(1.0) { $1 == k ? $0 : $0 * Double(-distance - $1) / Double(k - $1) }
          }
        }
        let rows = (-margin..<(points + margin)).map { place -> [(column: Int, weight: Double)] in
          if place < 0 { return weights(-place).enumerated().map { ($0.offset, $0.element) } }
          if place < points { return [(place, 1)] }
          return weights(place - points + 1).enumerated().map { (points - 1 - $0.offset, $0.element) }
        }
        return .sparse(SparseRows(columns: points, entries: rows))
      })
  }
}
