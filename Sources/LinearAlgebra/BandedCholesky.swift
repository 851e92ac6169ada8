import CLAPACKE

/// Direct solution of A x = b for a symmetric positive definite band matrix: A = U^T U by LAPACK.
///
/// Costs n·b² operations and n·(b+1) doubles, so it serves as the oracle for iterative solvers on grids up
/// to about 128², where it takes tens of milliseconds.
///
/// - References: LAPACK `dpbtrf`, `dpbtrs`.
public struct BandedCholesky {
  public let order: Int
  public let bandwidth: Int
  /// Upper factor, column-major band storage: U[i, j] at `(bandwidth + i - j) + j (bandwidth + 1)`.
  private let factor: [Double]

  /// - Parameters:
  ///   - order: number of unknowns n.
  ///   - bandwidth: super-diagonals b.
  ///   - entry: A[i, j] for max(0, j-b) ≤ i ≤ j.
  /// - Throws: ``LinearAlgebraError/notPositiveDefinite(order:)``.
  public init(order: Int, bandwidth: Int, entry: (_ i: Int, _ j: Int) -> Double) throws {
    precondition(LibraryThreads.areStopped && order >= 1 && bandwidth >= 0)
    self.order = order
    self.bandwidth = bandwidth
    var band = [Double](repeating: 0, count: order * (bandwidth + 1))
    for j in 0..<order {
      for i in max(0, j - bandwidth)...j {
        band[bandwidth + i - j + j * (bandwidth + 1)] = entry(i, j)
      }
    }
    let status = LAPACKE_dpbtrf(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), Int32(order), Int32(bandwidth), &band, Int32(bandwidth + 1))
    precondition(status >= 0, "argument \(-status) of dpbtrf")
    guard status == 0 else { throw LinearAlgebraError.notPositiveDefinite(order: Int(status)) }
    factor = band
  }

  /// The solution for one right-hand side.
  public func solve(_ rightHandSide: [Double]) -> [Double] {
    precondition(rightHandSide.count == order, "right-hand side of the wrong length")
    var solution = rightHandSide
    let status = LAPACKE_dpbtrs(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), Int32(order), Int32(bandwidth), 1, factor,
      Int32(bandwidth + 1), &solution, Int32(order))
    precondition(status == 0, "argument \(-status) of dpbtrs")
    return solution
  }

  /// The upper factor U, row-major, of a dense matrix UᵀU of small order; zeros below the diagonal.
  ///
  /// - Parameter entry: A[i, j] for i ≤ j.
  /// - Throws: ``LinearAlgebraError/notPositiveDefinite(order:)``.
  public static func denseFactor(order: Int, entry: (_ i: Int, _ j: Int) -> Double) throws -> [Double] {
    let full = try BandedCholesky(order: order, bandwidth: order - 1, entry: entry)
    var result = [Double](repeating: 0, count: order * order)
    for i in 0..<order {
      for j in i..<order { result[i * order + j] = full.factor[order - 1 + i - j + j * order] }
    }
    return result
  }
}
