import CLAPACKE

/// Eigenvalues of symmetric tridiagonal matrices, such as those that Lanczos processes yield.
public enum SymmetricTridiagonal {
  /// All eigenvalues, increasing, by LAPACK `dsterf`; empty if the numbers are not finite.
  ///
  /// - Parameters:
  ///   - diagonal: n ≥ 1 numbers.
  ///   - offDiagonal: n - 1 numbers.
  public static func eigenvalues(diagonal: [Double], offDiagonal: [Double]) -> [Double] {
    precondition(LibraryThreads.areStopped && !diagonal.isEmpty && offDiagonal.count == diagonal.count - 1)
    guard (diagonal + offDiagonal).allSatisfy(\.isFinite) else { return [] }
    var values = diagonal
    var rest = offDiagonal + [0]
    let status = LAPACKE_dsterf(Int32(values.count), &values, &rest)
    return status == 0 ? values : []
  }
}
