import LinearAlgebra
import RealModule

/// Polynomials on [0, 1] that vanish at both ends, with a stiffness matrix that is the identity, and Gauss points.
///
///     ψ_k = (P_{k+1} - P_{k-1})(2x-1) / (2√(2k+1)),   ψ_k' = √(2k+1) P_k(2x-1),   k = 1…n
///
/// - References: J. Shen, Efficient spectral-Galerkin method I, SIAM J. Sci. Comput. 15 (1994) 1489–1505.
package struct LegendreBasis {
  /// n, the number of functions.
  package let count: Int
  package let nodes: [Double]
  package let weights: [Double]
  /// ψ_k and ψ_k' at the nodes, `[nodes][n]`.
  package let values: [Double]
  package let slopes: [Double]
  /// Eigenvalues and eigenvectors of the mass matrix ∫ψ_iψ_j.
  package let mass: SymmetricEigenproblem

  /// - Parameters:
  ///   - count: n ≥ 1.
  ///   - nodeCount: Gauss points; products of two functions and a constant need n + 2.
  package init(count n: Int, nodeCount: Int) {
    precondition(n >= 1 && nodeCount >= n + 2)
    count = n
    // Golub and Welsch: the nodes are the eigenvalues of the recurrence.
    let beside = (1..<nodeCount).map { k in Double(k) / (4 * Double(k * k) - 1).squareRoot() }
    let t = SymmetricTridiagonal.eigenvalues(
      diagonal: [Double](repeating: 0, count: nodeCount), offDiagonal: beside)
    nodes = t.map { 0.5 * (1 + $0) }
    weights = t.map { t in
      let below = Self.legendre(nodeCount, at: t)[nodeCount - 1]
      let q = Double(nodeCount) * below
      return (1 - t * t) / (q * q)
    }
    values = nodes.flatMap { Self.functions(n, at: $0).values }
    slopes = nodes.flatMap { Self.functions(n, at: $0).slopes }
    let weighted = zip(nodes, weights).flatMap { x, w in Self.functions(n, at: x).values.map { $0 * w } }
    let matrix = DenseProduct.multiply(
      values, firstTransposed: true, weighted, rows: n, inner: nodeCount, columns: n)
    mass = SymmetricEigenproblem(order: n, matrix: matrix)
  }

  /// The functions at other points, `[points][n]`.
  package func evaluated(at points: [Double]) -> [Double] {
    points.flatMap { Self.functions(count, at: $0).values }
  }

  private static func functions(_ n: Int, at x: Double) -> (values: [Double], slopes: [Double]) {
    let p = legendre(n + 1, at: 2 * x - 1)
    var (values, slopes) = ([Double](), [Double]())
    for k in 1...n {
      let root = Double(2 * k + 1).squareRoot()
      values.append((p[k + 1] - p[k - 1]) / (2 * root))
      slopes.append(root * p[k])
    }
    return (values, slopes)
  }

  /// P_0…P_n at t, by the three-term recurrence.
  private static func legendre(_ n: Int, at t: Double) -> [Double] {
    var p = [1, t]
    for k in stride(from: 1, to: n, by: 1) {
      let next = (Double(2 * k + 1) * t * p[k] - Double(k) * p[k - 1]) / Double(k + 1)
      p.append(next)
    }
    return p
  }
}
