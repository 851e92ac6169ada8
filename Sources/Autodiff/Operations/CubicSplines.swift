import Tensors

/// Where the points of one axis of the unit interval are, with h the spacing.
public enum PointPlacement: String, Sendable {
  /// x_j = jh, j < N = 1/h; the function repeats.
  case periodic
  /// x_j = jh with both ends, h = 1/(N − 1).
  case closed
  /// x_j = (j + ½)h, h = 1/N.
  case cellCentred

  /// Spacings in the interval.
  public func intervals(of points: Int) -> Int { self == .closed ? max(1, points - 1) : points }
}

/// Uniform cubic B-splines on the unit interval, one for each of M knots δ = 1/M apart: at mδ on a periodic axis, at
/// (m + ½)δ on any other.
///
/// Both maps belong to functions, not to grids. **Moments** of a function are the integrals ∫ B((x − x_m)/δ) u dx/δ by
/// the trapezoidal rule of the grid's points. Its error for a wave e^{2πikx} is (kh)⁴ of the moment where 1/h is a multiple of M,
/// because the spline's transform sinc⁴(δk) vanishes to fourth order at the grid's frequencies; elsewhere moments are
/// scaled to be exact for constants. **Values** of a spline are Σ_m c_m B((x − x_m)/δ): the same function on every grid, which
/// two grids agree about to rounding where they share a point.
///
/// Beyond a wall, functions are continued evenly to take moments, and coefficients linearly to take values.
public struct CubicSplines: Sendable {
  public let knots: [Int]
  public let placements: [PointPlacement]

  public init(knots: [Int], placements: [PointPlacement]) {
    precondition(knots.count == placements.count && knots.allSatisfy { $0 >= 2 })
    (self.knots, self.placements) = (knots, placements)
  }

  /// B on its support (−2, 2): 2/3 at 0, 1/6 at ±1.
  static func value(_ t: Double) -> Double {
    let a = abs(t)
    if a < 1 { return 2.0 / 3 - a * a + 0.5 * a * a * a }
    return a < 2 ? (2 - a) * (2 - a) * (2 - a) / 6 : 0
  }

  /// Place of knot 0 and of point 0, in units of δ.
  private func origins(_ axis: Int, spacing: Double) -> (knot: Double, point: Double) {
    switch placements[axis] {
    case .periodic: return (0, 0)
    case .closed: return (0.5, 0)
    case .cellCentred: return (0.5, 0.5 * spacing)
    }
  }

  /// Spacing of an axis of so many points, in units of δ.
  private func spacing(_ axis: Int, _ points: Int) -> Double {
    Double(knots[axis]) / Double(placements[axis].intervals(of: points))
  }

  /// Weights of the points in each knot's moment.
  func analysis(_ axis: Int, points: Int) -> SparseRows {
    let h = spacing(axis, points)
    let origin = origins(axis, spacing: h)
    let entries = (0..<knots[axis]).map { m -> [(column: Int, weight: Double)] in
      let centre = (Double(m) + origin.knot - origin.point) / h
      let range = Int((centre - 2 / h).rounded(.up))...Int((centre + 2 / h).rounded(.down))
      let weights = range.map { (j: $0, weight: CubicSplines.value((Double($0) - centre) * h)) }
      let total = weights.reduce(0) { $0 + $1.weight }
      return joined(
        weights.map { (reflected(axis, $0.j, points: points), $0.weight / total) })
    }
    return SparseRows(columns: points, entries: entries)
  }

  /// Weights of the knots in each point's value.
  func synthesis(_ axis: Int, points: Int) -> SparseRows {
    let (h, count) = (spacing(axis, points), knots[axis])
    let origin = origins(axis, spacing: h)
    let entries = (0..<points).map { j -> [(column: Int, weight: Double)] in
      let place = Double(j) * h + origin.point - origin.knot
      let first = Int(place.rounded(.down)) - 1
      let terms = (first...(first + 3)).flatMap { m -> [(Int, Double)] in
        let weight = CubicSplines.value(place - Double(m))
        if placements[axis] == .periodic { return [((m % count + count) % count, weight)] }
        // c_{−1} = 2c₀ − c₁ and so on.
        if m < 0 { return [(0, Double(1 - m) * weight), (1, Double(m) * weight)] }
        let beyond = m - (count - 1)
        if beyond > 0 {
          return [(count - 1, Double(1 + beyond) * weight), (count - 2, -Double(beyond) * weight)]
        }
        return [(m, weight)]
      }
      return joined(terms)
    }
    return SparseRows(columns: count, entries: entries)
  }

  /// The point whose value stands at place j of the continued function.
  private func reflected(_ axis: Int, _ j: Int, points n: Int) -> Int {
    switch placements[axis] {
    case .periodic: return (j % n + n) % n
    case .closed: return Boundary.reflect.source(j, points: n) ?? 0
    case .cellCentred:
      let place = (j % (2 * n) + 2 * n) % (2 * n)
      return place < n ? place : 2 * n - 1 - place
    }
  }

  /// One entry for each column, in order.
  private func joined(_ terms: [(Int, Double)]) -> [(column: Int, weight: Double)] {
    var sums: [Int: Double] = [:]
    for (column, weight) in terms { sums[column, default: 0] += weight }
    return sums.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { (column: $0.key, weight: $0.value) }
  }
}

extension Variable {
  /// Moments of the function that this grid samples, on the grid of knots.
  public func moments(of splines: CubicSplines) -> Variable {
    mapped(
      "splineMoments",
      shape.grid.indices.map { .sparse(splines.analysis($0, points: shape.grid[$0])) })
  }

  /// Values on a grid of the spline whose coefficients this is.
  public func values(of splines: CubicSplines, on grid: [Int]) -> Variable {
    precondition(shape.grid == splines.knots, "one coefficient per knot is needed")
    return mapped("splineValues", grid.indices.map { .sparse(splines.synthesis($0, points: grid[$0])) })
  }
}
