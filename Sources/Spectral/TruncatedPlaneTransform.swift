import CFFTW

/// Transform pair between the kept modes of a real periodic field on a square and its N×N grid, done row by
/// row so that the physical field never leaves the first-level cache.
///
/// Kept modes are |k₁| ≤ K, 0 ≤ k₂ ≤ K, stored packed: row r holds k₁ = r for r ≤ K and k₁ = r-(2K+1)
/// above, K+1 complex numbers each. Between the two passes the field lives in a *column array*
/// `[N][columnStride]` (complex), Fourier in k₂ and physical in x₁. Only the K+1 kept columns are
/// transformed along x₁, which skips a third of that pass at 3K < N.
///
/// - Conventions: unscaled in both directions, as ``RealTransform``.
public final class TruncatedPlaneTransform: Sendable {
  public let points: Int
  public let modes: Int
  /// Complex numbers per row of a column array: at least K+1.
  public let columnStride: Int
  /// Points of a row: at least N, a length of which transforms are fast.
  public let rowPoints: Int
  private let columnBackward: FourierPlan
  private let columnForward: FourierPlan
  private let row: RealLineTransform

  /// - Parameters:
  ///   - points: grid points N per direction.
  ///   - modes: kept modes K per direction, 2K < N.
  public init(points: Int, modes: Int) {
    precondition(modes >= 1 && 2 * modes < points, "kept modes must lie below half the grid")
    self.points = points
    self.modes = modes
    columnStride = ColumnArray.stride(atLeast: modes + 1)
    rowPoints = FourierLength.line(atLeast: points)
    row = RealLineTransform(points: rowPoints)
    let stride = columnStride
    func plan(_ kind: PlanKey.Kind, _ sign: Int32) -> FourierPlan {
      PlanStore.complexPlan(
        kind, sign: sign, length: points, batch: modes + 1, stride: stride, isInPlace: true)
    }
    columnBackward = plan(.complexBackward, FFTW_BACKWARD)
    columnForward = plan(.complexForward, FFTW_FORWARD)
  }

  /// Complex numbers of a packed state: (2K+1)(K+1).
  public var modeCount: Int { (2 * modes + 1) * (modes + 1) }

  /// Doubles of a column array.
  public var columnArrayCount: Int { 2 * points * columnStride }

  /// Row of a column array that holds packed row `r` before ``columnsBackward(_:)``.
  @inline(__always)
  public func columnRow(ofPackedRow r: Int) -> Int { r <= modes ? r : points - (2 * modes + 1) + r }

  /// Zeroes the rows of a column array that hold no kept mode.
  public func clearUnkeptRows(_ columns: UnsafeMutablePointer<Double>) {
    let width = 2 * columnStride
    (columns + (modes + 1) * width).update(repeating: 0, count: (points - 2 * modes - 1) * width)
  }

  /// Along x₁, Fourier to physical, in place, kept columns only.
  public func columnsBackward(_ columns: UnsafeMutablePointer<Double>) {
    fftw_execute_dft(columnBackward.handle, complexPointer(columns), complexPointer(columns))
  }

  /// Along x₁, physical to Fourier, in place, kept columns only.
  public func columnsForward(_ columns: UnsafeMutablePointer<Double>) {
    fftw_execute_dft(columnForward.handle, complexPointer(columns), complexPointer(columns))
  }

  /// Row `i` of a column array to ``rowPoints`` physical values; `scratch` takes as many doubles.
  @inline(__always)
  public func rowBackward(
    _ columns: UnsafeMutablePointer<Double>, row i: Int, scratch: UnsafeMutablePointer<Double>,
    to values: UnsafeMutablePointer<Double>
  ) {
    row.backward(columns + 2 * i * columnStride, count: modes + 1, scratch: scratch, to: values)
  }

  /// ``rowPoints`` physical values to row `i` of a column array, keeping K+1 modes.
  @inline(__always)
  public func rowForward(
    _ values: UnsafeMutablePointer<Double>, scratch: UnsafeMutablePointer<Double>,
    to columns: UnsafeMutablePointer<Double>, row i: Int
  ) {
    row.forward(values, scratch: scratch, count: modes + 1, to: columns + 2 * i * columnStride)
  }
}
