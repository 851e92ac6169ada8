import Spectral

/// The finite-volume operator -h² ∇·(a∇u) with zero boundary values on a square grid.
///
///     (A u)_P = Σ_faces a_f (u_P - u_N),   a_f = 2 a_P a_N / (a_P + a_N)
///
/// The harmonic mean is the exact resistance of two half cells in series: with interfaces on faces it keeps
/// second order across jumps of `a`, where the arithmetic mean is first order. A boundary half a cell away
/// (`cell` grids) has the face coefficient 2a.
package final class DiffusionOperator {
  package let unknowns: Int
  package let rowStride: Int
  private let grid: SquareGrid
  /// Face between unknown (i-1, j) and (i, j), for i = 0…n: `[n+1][rowStride]`.
  private let north: WorkArray
  /// Face between unknown (i, j-1) and (i, j), for j = 0…n: `[n][rowStride + 8]`.
  private let west: WorkArray
  private let westStride: Int
  /// 1 at unknowns inside of the domain, 0 outside, laid out as a vector; `nil` for the whole square.
  private let mask: WorkArray?

  /// - Parameter domain: u = 0 at all points outside of it; their rows are those of the identity.
  package init(unknowns n: Int, grid: SquareGrid, domain: SquareDomain = .square) {
    unknowns = n
    self.grid = grid
    mask = domain.mask(unknowns: n, grid: grid)
    rowStride = DirichletLaplacian.rowStride(unknowns: n)
    westStride = rowStride + 8
    north = WorkArray(count: (n + 1) * rowStride)
    west = WorkArray(count: n * westStride)
  }

  /// Takes over a coefficient given at all points of the grid, row-major, boundary included where the grid
  /// has one.
  package func setCoefficient(_ a: UnsafePointer<Double>) {
    let n = unknowns
    let (faceX, faceY) = (north.pointer, west.pointer)
    switch grid {
    case .vertex:
      let width = n + 2
      for i in 0...n {
        for j in 0..<n {
          faceX[i * rowStride + j] = harmonic(a[i * width + j + 1], a[(i + 1) * width + j + 1])
        }
      }
      for i in 0..<n {
        for j in 0...n {
          faceY[i * westStride + j] = harmonic(a[(i + 1) * width + j], a[(i + 1) * width + j + 1])
        }
      }
    case .cell:
      for j in 0..<n {
        faceX[j] = 2 * a[j]
        for i in 1..<n { faceX[i * rowStride + j] = harmonic(a[(i - 1) * n + j], a[i * n + j]) }
        faceX[n * rowStride + j] = 2 * a[(n - 1) * n + j]
      }
      for i in 0..<n {
        faceY[i * westStride] = 2 * a[i * n]
        for j in 1..<n { faceY[i * westStride + j] = harmonic(a[i * n + j - 1], a[i * n + j]) }
        faceY[i * westStride + n] = 2 * a[i * n + n - 1]
      }
    }
  }

  @inline(__always)
  private func harmonic(_ a: Double, _ b: Double) -> Double { 2 * a * b / (a + b) }

  /// The diagonal and the two upper off-diagonals of row (i, j), for direct solvers.
  package func entries(_ i: Int, _ j: Int) -> (diagonal: Double, right: Double, below: Double) {
    guard isInside(i, j) else { return (1, 0, 0) }
    let (faceX, faceY) = (north.pointer, west.pointer)
    let (up, down) = (faceX[i * rowStride + j], faceX[(i + 1) * rowStride + j])
    let (left, right) = (faceY[i * westStride + j], faceY[i * westStride + j + 1])
    return (up + down + left + right, isInside(i, j + 1) ? -right : 0, isInside(i + 1, j) ? -down : 0)
  }

  /// Whether an unknown lies in the domain; beyond the last one counts as inside.
  package func isInside(_ i: Int, _ j: Int) -> Bool {
    guard let mask, i < unknowns, j < unknowns else { return true }
    return mask.pointer[i * rowStride + j] != 0
  }

  /// q = A p and the product p·q. `p` has one zero row before and after its n rows and zeros beyond
  /// column n, and so may be read one step outside.
  package func apply(_ p: UnsafePointer<Double>, to q: UnsafeMutablePointer<Double>) -> Double {
    let (n, stride) = (unknowns, rowStride)
    var product = SIMD8<Double>()
    for i in 0..<n {
      let (faceX, faceY) = (north.pointer + i * stride, west.pointer + i * westStride)
      let (row, out) = (p + i * stride, q + i * stride)
      for j in 0..<n {
        let centre = row[j]
        let vertical =
          faceX[j] * (centre - row[j &- stride]) + faceX[j &+ stride] * (centre - row[j &+ stride])
        let horizontal = faceY[j] * (centre - row[j &- 1]) + faceY[j &+ 1] * (centre - row[j &+ 1])
        out[j] = vertical + horizontal
      }
      if let mask {
        let inside = mask.pointer + i * stride
        for j in 0..<n { out[j] *= inside[j] }
      }
      product += ConjugateGradients.rowProduct(row, out, stride)
    }
    return product.sum()
  }
}
