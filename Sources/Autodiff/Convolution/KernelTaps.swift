import Tensors

/// A linear map from the numbers that a convolution stores to the taps of its window, the same for every pair of channels:
///
///     w[k, i, c] = Σ_l M[k, l] · v[l, i, c]
///
/// The stored numbers v are what is trained; the window may be another one on every grid. Kernels that are interpolated,
/// expanded in basis functions or free of a mean are such maps.
public struct KernelTaps: Sendable {
  let matrix: SparseRows
  let transposed: SparseRows

  /// - Parameters:
  ///   - stored: numbers per pair of channels.
  ///   - rows: for each tap of the window, row-major, the stored numbers that it is made of and their weights.
  public init(stored: Int, rows: [[(column: Int, weight: Double)]]) {
    matrix = SparseRows(columns: stored, entries: rows)
    transposed = matrix.transposed
  }

  /// Taps of the window.
  public var count: Int { matrix.rows }
  /// Stored numbers.
  public var stored: Int { matrix.columns }
}
