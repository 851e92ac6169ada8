import CLAPACKE
import COpenBLAS

/// Eigenvalues and eigenvectors of a dense symmetric matrix by divide and conquer.
///
/// - References: LAPACK `dsyevd`.
public struct SymmetricEigenproblem {
  /// Ascending.
  public let values: [Double]
  /// One row of `order` numbers per eigenvalue, orthonormal.
  public let vectors: [Double]

  /// One thread makes the bits independent of the number of processors.
  private static let usesOneThread: Bool = {
    openblas_set_num_threads(1)
    return true
  }()

  /// - Parameter matrix: `[order][order]`.
  public init(_ matrix: [Double], order: Int) {
    precondition(matrix.count == order * order && order > 0 && SymmetricEigenproblem.usesOneThread)
    var columns = matrix
    var values = [Double](repeating: 0, count: order)
    let status = LAPACKE_dsyevd(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")), Int32(order), &columns, Int32(order),
      &values)
    // A positive status, no convergence, has not been seen for finite matrices since LAPACK 3.0.
    precondition(status == 0, "dsyevd ended with \(status)")
    self.values = values
    vectors = columns
  }
}
