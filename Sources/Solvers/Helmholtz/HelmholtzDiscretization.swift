import LinearAlgebra
import RealModule

/// Bilinear finite elements for -Δu - k(x)² u = f on the unit square, solved by band elimination.
///
/// The wave number k is ω/c with c bilinear between its values at the nodes; the integrals use 3 × 3 Gauss
/// points. No definite preconditioner works at these frequencies, and the matrix is small enough to factor.
package struct HelmholtzDiscretization {
  /// What holds on the boundary.
  package enum Boundary: String, Sendable, CaseIterable {
    /// u = 0 on all sides, f = 1 inside.
    case dirichlet
    /// ∂u/∂n = 1 on the middle 30 % of the side y = 1, 0 elsewhere; f = 0.
    case flux
  }

  /// Elements per direction.
  package let cells: Int
  package let boundary: Boundary

  package init(cells: Int, boundary: Boundary) {
    self.cells = cells
    self.boundary = boundary
  }

  package struct Solution {
    /// u at all (cells+1)² nodes, row-major along x, then y.
    package var values: [Double]
    /// Largest component of A u - b, over that of |A| |u| + |b|: a few roundings.
    package var residual: Double
    /// Condition number of the matrix in the 1-norm, estimated.
    package var condition: Double
  }

  /// Half the number of sides of the flux: |x - ½| ≤ 0.15.
  package static let fluxHalfWidth = 0.15
  private static let gaussPoints: [(place: Double, weight: Double)] = [
    (0.5 - 0.15.squareRoot(), 5.0 / 18), (0.5, 8.0 / 18), (0.5 + 0.15.squareRoot(), 5.0 / 18),
  ]

  /// Nodes that carry unknowns, per direction, and the first of them.
  private var first: Int { boundary == .dirichlet ? 1 : 0 }
  private var unknowns: Int { cells + 1 - 2 * first }

  /// Solves for the load that the boundary type states.
  ///
  /// - Parameters:
  ///   - speed: c at the (cells+1)² nodes, positive.
  ///   - load: ∫ f φ of the nodes' hat functions; default: that of the boundary type.
  /// - Throws: `LinearAlgebraError.singular` at an eigenvalue.
  package func solve(frequency: Double, speed: [Double], load given: [Double]? = nil) throws -> Solution {
    let (n, width) = (unknowns, cells + 1)
    var entries: [(row: Int, column: Int, value: Double)] = []
    entries.reserveCapacity(16 * cells * cells)
    for x in 0..<cells {
      for y in 0..<cells {
        let nodes = [x * width + y, x * width + y + 1, (x + 1) * width + y, (x + 1) * width + y + 1]
        let element = elementMatrix(frequency, nodes.map { speed[$0] })
        for (a, from) in nodes.enumerated() {
          guard let row = unknown(from) else { continue }
          for (b, to) in nodes.enumerated() {
            if let column = unknown(to) { entries.append((row, column, element[4 * a + b])) }
          }
        }
      }
    }
    let matrix = try BandedLU(order: n * n, bandwidth: n + 1) { add in
      for entry in entries { add(entry.row, entry.column, entry.value) }
    }
    let whole = given ?? load
    let right = (0..<n * n).map { whole[($0 / n + first) * width + $0 % n + first] }
    let inner = matrix.solve(right)
    var (rest, scale) = (right, right.map { abs($0) })
    for entry in entries {
      rest[entry.row] -= entry.value * inner[entry.column]
      scale[entry.row] += abs(entry.value * inner[entry.column])
    }
    var values = [Double](repeating: 0, count: width * width)
    for (at, value) in inner.enumerated() { values[(at / n + first) * width + at % n + first] = value }
    let residual = rest.reduce(0) { max($0, abs($1)) } / (scale.max() ?? 1)
    return Solution(values: values, residual: residual, condition: 1 / matrix.reciprocalCondition)
  }

  private func unknown(_ node: Int) -> Int? {
    let (i, j) = (node / (cells + 1) - first, node % (cells + 1) - first)
    return (0..<unknowns).contains(i) && (0..<unknowns).contains(j) ? i * unknowns + j : nil
  }

  /// ∫ ∇φ_a·∇φ_b - (ω/c)² φ_a φ_b over an element, nodes in the order (0,0), (0,1), (1,0), (1,1).
  private func elementMatrix(_ frequency: Double, _ speed: [Double]) -> [Double] {
    var matrix = [Double](repeating: 0, count: 16)
    let area = 1 / Double(cells * cells)
    for (x, weightX) in Self.gaussPoints {
      for (y, weightY) in Self.gaussPoints {
        let shapes = [(1 - x) * (1 - y), (1 - x) * y, x * (1 - y), x * y]
        let slopesX = [y - 1, -y, 1 - y, y]
        let slopesY = [x - 1, 1 - x, -x, x]
        let c = (0..<4).reduce(0) { $0 + shapes[$1] * speed[$1] }
        let mass = area * (frequency / c) * (frequency / c)
        for a in 0..<4 {
          for b in 0..<4 {
            let stiffness = slopesX[a] * slopesX[b] + slopesY[a] * slopesY[b]
            matrix[4 * a + b] += weightX * weightY * (stiffness - mass * shapes[a] * shapes[b])
          }
        }
      }
    }
    return matrix
  }

  /// ∫ f φ, or the boundary integral of the flux, interpolated linearly between nodes.
  private var load: [Double] {
    let (width, h) = (cells + 1, 1 / Double(cells))
    guard boundary == .flux else { return [Double](repeating: h * h, count: width * width) }
    // Rounding puts a node at exactly 0.15 outside, as in the published set.
    let flux = (0..<width).map { abs(Double($0) * h - 0.5) <= Self.fluxHalfWidth - 1e-12 ? 1.0 : 0 }
    var result = [Double](repeating: 0, count: width * width)
    for x in 0..<cells {
      result[x * width + cells] += h / 6 * (2 * flux[x] + flux[x + 1])
      result[(x + 1) * width + cells] += h / 6 * (flux[x] + 2 * flux[x + 1])
    }
    return result
  }
}
