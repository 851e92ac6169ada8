import CLAPACKE

/// Direct solution of A x = b for a band matrix that need not be symmetric or definite: P A = L U by LAPACK.
///
/// - References: LAPACK `dgbtrf`, `dgbtrs`, `dgbcon`.
public struct BandedLU {
  public let order: Int
  public let bandwidth: Int
  /// Estimate of 1/(‖A‖₁ ‖A⁻¹‖₁).
  public let reciprocalCondition: Double
  private let factor: [Double]
  private let pivots: [Int32]

  /// - Parameters:
  ///   - order: number of unknowns n.
  ///   - bandwidth: diagonals b on either side of the main one.
  ///   - fill: is given the function that adds a number to A[i, j], |i-j| ≤ b.
  /// - Throws: ``LinearAlgebraError/singular(order:)``.
  public init(
    order n: Int, bandwidth b: Int, fill: (_ add: (_ i: Int, _ j: Int, _ value: Double) -> Void) -> Void
  ) throws {
    precondition(n >= 1 && b >= 0 && LibraryThreads.areStopped)
    order = n
    bandwidth = b
    let height = 3 * b + 1
    var band = [Double](repeating: 0, count: n * height)
    band.withUnsafeMutableBufferPointer { band in
      fill { i, j, value in
        precondition(abs(i - j) <= b && (0..<n).contains(i) && (0..<n).contains(j), "outside of the band")
        band[2 * b + i - j + j * height] += value
      }
    }
    let norm = (0..<n).reduce(0) { largest, j in
      max(largest, (b..<height).reduce(0) { $0 + abs(band[$1 + j * height]) })
    }
    var pivots = [Int32](repeating: 0, count: n)
    let (size, width) = (Int32(n), Int32(b))
    let status = LAPACKE_dgbtrf(LAPACK_COL_MAJOR, size, size, width, width, &band, Int32(height), &pivots)
    precondition(status >= 0, "argument \(-status) of dgbtrf")
    guard status == 0 else { throw LinearAlgebraError.singular(order: Int(status)) }
    var reciprocal = 0.0
    let code = LAPACKE_dgbcon(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "1")), size, width, width, band, Int32(height), pivots, norm,
      &reciprocal)
    precondition(code == 0, "argument \(-code) of dgbcon")
    reciprocalCondition = reciprocal
    factor = band
    self.pivots = pivots
  }

  /// The solution for one right-hand side.
  public func solve(_ rightHandSide: [Double]) -> [Double] {
    precondition(rightHandSide.count == order, "right-hand side of the wrong length")
    var solution = rightHandSide
    let status = LAPACKE_dgbtrs(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "N")), Int32(order), Int32(bandwidth), Int32(bandwidth), 1, factor,
      Int32(3 * bandwidth + 1), pivots, &solution, Int32(order))
    precondition(status == 0, "argument \(-status) of dgbtrs")
    return solution
  }
}
