import LinearAlgebra
import RealModule

/// -∇·(a∇u) = f on the unit square with zero boundary values, by polynomials of one degree in each direction.
///
///     Σ_kl ∫ a ∇(ψ_kψ_l)·∇(ψ_iψ_j) U_kl = ∫ f ψ_iψ_j
///
/// The matrix is applied by sums over Gauss points, eight dense products, and never formed. Conjugate gradients are
/// preconditioned by the Laplacian in the same basis: with the eigenvectors V of the mass matrix it is
/// U = V ((VᵀFV)_ij / (λ_i + λ_j)) Vᵀ, so iterations depend on the contrast of a alone. Where a and f are smooth the
/// error falls faster than any power of the degree if f vanishes at the corners; otherwise corners leave terms like r² log r,
/// and it falls about as the sixth power.
///
/// - References: R. E. Lynch, J. R. Rice, D. H. Thomas, Direct solution of partial difference equations by tensor
///   product methods, Numer. Math. 6 (1964) 185–199.
package struct GalerkinDiffusion {
  package let basis: LegendreBasis
  private let nodeCount: Int

  package init(basis: LegendreBasis) {
    self.basis = basis
    nodeCount = basis.nodes.count
  }

  package struct Solution {
    /// U, `[n][n]`, axes x, y.
    package var coefficients: [Double]
    package var iterations: Int
    /// √(r·z / r₀·z₀), which brackets the energy error as in ``ConjugateGradients``.
    package var residual: Double
  }

  /// - Parameters:
  ///   - coefficient: a at the Gauss points, `[nodes][nodes]`.
  ///   - source: f there.
  /// - Throws: ``SolverError/notConverged(iterations:residual:tolerance:)``.
  package func solve(
    coefficient: [Double], source: [Double], tolerance: Double, maximumIterations: Int
  ) throws(SolverError) -> Solution {
    let q = nodeCount
    let weights = (0..<q * q).map { basis.weights[$0 / q] * basis.weights[$0 % q] }
    let a = zip(coefficient, weights).map { $0 * $1 }
    var r = tested(zip(source, weights).map { $0 * $1 }, basis.values, basis.values)
    var u = [Double](repeating: 0, count: r.count)
    var z = preconditioned(r)
    var p = z
    var product = dot(r, z)
    let initial = product
    guard initial > 0 else { return Solution(coefficients: u, iterations: 0, residual: 0) }
    for iteration in 1...max(1, maximumIterations) {
      let image = applied(p, a)
      let step = product / dot(p, image)
      for i in u.indices {
        u[i] += step * p[i]
        r[i] -= step * image[i]
      }
      z = preconditioned(r)
      let next = dot(r, z)
      let reduction = (max(0, next) / initial).squareRoot()
      if reduction <= tolerance {
        return Solution(coefficients: u, iterations: iteration, residual: reduction)
      }
      guard next.isFinite else {
        throw .notConverged(iterations: iteration, residual: reduction, tolerance: tolerance)
      }
      let ratio = next / product
      product = next
      for i in p.indices { p[i] = z[i] + ratio * p[i] }
    }
    throw .notConverged(
      iterations: maximumIterations, residual: (product / initial).squareRoot(), tolerance: tolerance)
  }

  /// Values of coefficients U on the product of two lists of points, whose functions are given, `[points][n]`.
  package static func values(_ u: [Double], _ first: [Double], _ second: [Double], count n: Int) -> [Double] {
    let (rows, columns) = (first.count / n, second.count / n)
    let half = DenseProduct.multiply(first, u, rows: rows, inner: n, columns: n)
    return DenseProduct.multiply(half, second, secondTransposed: true, rows: rows, inner: n, columns: columns)
  }

  /// ∫ g ψ_i ψ_j from weighted values of g, with either factor's functions or slopes.
  private func tested(_ g: [Double], _ first: [Double], _ second: [Double]) -> [Double] {
    let (q, n) = (nodeCount, basis.count)
    let half = DenseProduct.multiply(first, firstTransposed: true, g, rows: n, inner: q, columns: q)
    return DenseProduct.multiply(half, second, rows: n, inner: q, columns: n)
  }

  private func applied(_ u: [Double], _ a: [Double]) -> [Double] {
    let n = basis.count
    let alongX = Self.values(u, basis.slopes, basis.values, count: n)
    let alongY = Self.values(u, basis.values, basis.slopes, count: n)
    let first = tested(zip(a, alongX).map { $0 * $1 }, basis.slopes, basis.values)
    let second = tested(zip(a, alongY).map { $0 * $1 }, basis.values, basis.slopes)
    return zip(first, second).map { $0 + $1 }
  }

  private func preconditioned(_ f: [Double]) -> [Double] {
    let (n, v, lambda) = (basis.count, basis.mass.vectors, basis.mass.values)
    let half = DenseProduct.multiply(v, firstTransposed: true, f, rows: n, inner: n, columns: n)
    var middle = DenseProduct.multiply(half, v, rows: n, inner: n, columns: n)
    for i in 0..<n { for j in 0..<n { middle[i * n + j] /= lambda[i] + lambda[j] } }
    let back = DenseProduct.multiply(v, middle, rows: n, inner: n, columns: n)
    return DenseProduct.multiply(back, v, secondTransposed: true, rows: n, inner: n, columns: n)
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }
}
