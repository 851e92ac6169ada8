import RealModule
import Spectral

/// The part of the unit square in which an equation holds, as a configuration value.
///
/// The boundary is cut along the grid: a point belongs to the domain or has the value zero. Its place is then
/// known to half a spacing, and the solution near it to first order.
public enum SquareDomain: String, Sendable, CaseIterable {
  case square
  /// The disc around the centre that touches the four sides.
  case circle
  /// With the corners (0, 0), (1, 0) and (½, 1).
  case triangle
  /// The square without a cross of two bars of length 0.4 and width 0.12 around the centre.
  case crossHole = "cross-hole"

  /// Whether a point of the open square belongs to the domain.
  package func contains(_ x: Double, _ y: Double) -> Bool {
    let (dx, dy) = (abs(x - 0.5), abs(y - 0.5))
    switch self {
    case .square: return true
    case .circle: return dx * dx + dy * dy < 0.25
    case .triangle: return y < 1 - 2 * dx
    case .crossHole: return !((dx < 0.2 && dy < 0.06) || (dx < 0.06 && dy < 0.2))
    }
  }

  /// 1 at the unknowns inside and 0 outside, rows as ``DirichletLaplacian`` lays them; `nil` for the square.
  func mask(unknowns n: Int, grid: SquareGrid) -> WorkArray? {
    guard self != .square else { return nil }
    let stride = DirichletLaplacian.rowStride(unknowns: n)
    let (offset, points) = grid == .vertex ? (1, n + 2) : (0, n)
    let result = WorkArray(count: n * stride)
    for i in 0..<n {
      for j in 0..<n {
        let x = grid.coordinate(i + offset, of: points)
        let y = grid.coordinate(j + offset, of: points)
        result.pointer[i * stride + j] = contains(x, y) ? 1 : 0
      }
    }
    return result
  }
}
