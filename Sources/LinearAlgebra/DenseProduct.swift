import COpenBLAS

/// Products of small dense matrices, row-major, by BLAS on one thread.
public enum DenseProduct {
  /// C = op(A)·op(B) of m×k and k×n, where op is the transpose if so marked; `a` and `b` are stored untransposed.
  public static func multiply(
    _ a: [Double], firstTransposed aT: Bool = false, _ b: [Double], secondTransposed bT: Bool = false,
    rows m: Int,
    inner k: Int, columns n: Int
  ) -> [Double] {
    precondition(a.count == m * k && b.count == k * n && LibraryThreads.areStopped, "extents do not fit")
    var result = [Double](repeating: 0, count: m * n)
    cblas_dgemm(
      CblasRowMajor, aT ? CblasTrans : CblasNoTrans, bT ? CblasTrans : CblasNoTrans, Int32(m), Int32(n),
      Int32(k), 1, a, Int32(aT ? m : k), b, Int32(bT ? k : n), 0, &result, Int32(n))
    return result
  }
}
