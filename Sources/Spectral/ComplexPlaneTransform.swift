import CFFTW

/// Transform pair between the kept modes |k₁|, |k₂| ≤ K of a complex periodic field on a square and its N×N grid.
///
/// Two real fields of one flow are one complex field z = u + iv, whose rows are transformed at once: complex transforms
/// use the vector registers of the processor fully, real ones do not. Between the two passes the field lives in a
/// *column array* `[N][columnStride]` (complex), Fourier in k₂ and physical in x₁, whose columns are k₂ = 0…K, -K…-1. Only
/// the 2K+1 kept columns are transformed along x₁; rows are done one at a time and stay in the first-level cache.
///
/// - Conventions: unscaled in both directions, as ``RealTransform``.
public final class ComplexPlaneTransform: Sendable {
  public let points: Int
  public let modes: Int
  /// Complex numbers per row of a column array: at least 2K+2.
  public let columnStride: Int
  /// Where the columns -K…-1 begin; one behind them is free for a second copy of column 0.
  public var mirrorColumn: Int { modes + 1 }
  private let columnBackward: FourierPlan
  private let columnForward: FourierPlan
  private let rowBackward: FourierPlan
  private let rowForward: FourierPlan

  /// - Parameters:
  ///   - points: grid points N per direction.
  ///   - modes: kept modes K per direction, 2K < N.
  public init(points: Int, modes: Int) {
    precondition(modes >= 1 && 2 * modes < points, "kept modes must lie below half the grid")
    self.points = points
    self.modes = modes
    let width = 2 * modes + 1
    columnStride = ColumnArray.stride(atLeast: width + 1)
    let stride = columnStride
    func columns(_ kind: PlanKey.Kind, _ sign: Int32) -> FourierPlan {
      PlanStore.complexPlan(kind, sign: sign, length: points, batch: width, stride: stride)
    }
    columnBackward = columns(.complexBackward, FFTW_BACKWARD)
    columnForward = columns(.complexForward, FFTW_FORWARD)
    rowBackward = PlanStore.complexPlan(.complexBackward, sign: FFTW_BACKWARD, length: points)
    rowForward = PlanStore.complexPlan(.complexForward, sign: FFTW_FORWARD, length: points)
  }

  /// Doubles of a column array.
  public var columnArrayCount: Int { 2 * points * columnStride }

  /// Row of a column array that holds k₁ before ``columnsBackward(_:)``.
  @inline(__always)
  public func columnRow(of k1: Int) -> Int { k1 >= 0 ? k1 : k1 &+ points }

  /// Zeroes the rows of a column array that hold no kept mode.
  public func clearUnkeptRows(_ columns: UnsafeMutablePointer<Double>) {
    let width = 2 * columnStride
    (columns + (modes + 1) * width).update(repeating: 0, count: (points - 2 * modes - 1) * width)
  }

  /// Along x₁, Fourier to physical, from one column array to another, kept columns only.
  public func columnsBackward(
    _ source: UnsafeMutablePointer<Double>, to target: UnsafeMutablePointer<Double>
  ) {
    fftw_execute_dft(columnBackward.handle, complexPointer(source), complexPointer(target))
  }

  /// Along x₁, physical to Fourier, from one column array to another, kept columns only.
  public func columnsForward(_ source: UnsafeMutablePointer<Double>, to target: UnsafeMutablePointer<Double>)
  {
    fftw_execute_dft(columnForward.handle, complexPointer(source), complexPointer(target))
  }

  /// Row `i` of a column array to N physical complex values.
  ///
  /// - Parameter spectrum: 2N doubles, kept for this purpose: those of modes that are not kept must be zero, and stay so.
  @inline(__always)
  public func rowBackward(
    _ columns: UnsafeMutablePointer<Double>, row i: Int, spectrum: UnsafeMutablePointer<Double>,
    to values: UnsafeMutablePointer<Double>
  ) {
    let source = columns + 2 &* i &* columnStride
    let upper = 2 &* (modes &+ 1)
    spectrum.update(from: source, count: upper)
    (spectrum + (2 &* points &- 2 &* modes)).update(from: source + upper, count: 2 &* modes)
    fftw_execute_dft(rowBackward.handle, complexPointer(spectrum), complexPointer(values))
  }

  /// N physical complex values to row `i` of a column array, keeping 2K+1 modes; `spectrum` is scratch of 2N doubles.
  @inline(__always)
  public func rowForward(
    _ values: UnsafeMutablePointer<Double>, spectrum: UnsafeMutablePointer<Double>,
    to columns: UnsafeMutablePointer<Double>, row i: Int
  ) {
    fftw_execute_dft(rowForward.handle, complexPointer(values), complexPointer(spectrum))
    let target = columns + 2 &* i &* columnStride
    let upper = 2 &* (modes &+ 1)
    target.update(from: spectrum, count: upper)
    (target + upper).update(from: spectrum + (2 &* points &- 2 &* modes), count: 2 &* modes)
  }
}
