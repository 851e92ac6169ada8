/// Where the points of a square grid lie, as a configuration value.
public enum SquareGrid: String, Sendable, CaseIterable {
  /// i/(n-1): the boundary belongs to the grid, and the solution there is exactly zero.
  case vertex
  /// (i+½)/n: cell centres; the boundary lies half a cell outside of the first unknown.
  case cell

  func coordinate(_ i: Int, of n: Int) -> Double {
    switch self {
    case .vertex: Double(i) / Double(n - 1)
    case .cell: (Double(i) + 0.5) / Double(n)
    }
  }

  /// Unknowns per direction on n points.
  func unknowns(_ n: Int) -> Int { self == .vertex ? n - 2 : n }

  /// Spacing on n points.
  func spacing(_ n: Int) -> Double { self == .vertex ? 1 / Double(n - 1) : 1 / Double(n) }
}
