import CLAPACKE

/// All eigenvalues and eigenvectors of a dense symmetric matrix, A = V Λ Vᵀ, by LAPACK `dsyevd`.
public struct SymmetricEigenproblem {
  /// λ, increasing.
  public let values: [Double]
  /// V, row-major; eigenvectors are its columns.
  public let vectors: [Double]

  /// - Parameter matrix: row-major, order × order; its upper triangle is read.
  public init(order n: Int, matrix: [Double]) {
    precondition(LibraryThreads.areStopped && n >= 1 && matrix.count == n * n)
    var (work, values) = (matrix, [Double](repeating: 0, count: n))
    let status = LAPACKE_dsyevd(
      LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")), Int32(n), &work, Int32(n), &values
    )
    precondition(status == 0, "dsyevd does not converge: \(status)")
    self.values = values
    vectors = work
  }
}
