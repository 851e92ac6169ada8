/// What a field is taken to be outside its grid.
public enum Boundary: String, Sendable, CaseIterable {
  case zero
  /// The grid repeats.
  case periodic
  /// The grid is mirrored at its end points, which are not repeated.
  case reflect

  /// The grid point whose value stands at `position`; nil for zero.
  func source(_ position: Int, points: Int) -> Int? {
    if (0..<points).contains(position) { return position }
    switch self {
    case .zero: return nil
    case .periodic: return modulo(position, points)
    case .reflect:
      if points == 1 { return 0 }
      let place = modulo(position, 2 * (points - 1))
      return place < points ? place : 2 * (points - 1) - place
    }
  }
}

/// The remainder in 0 ..< n, for negative numbers too.
private func modulo(_ i: Int, _ n: Int) -> Int {
  let r = i % n
  return r < 0 ? r + n : r
}
