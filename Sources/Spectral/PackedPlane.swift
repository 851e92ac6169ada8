/// Numbering of the kept Fourier modes of a real field on a square: |k₁| ≤ K, 0 ≤ k₂ ≤ K.
///
/// The order is that of ``TruncatedPlaneTransform``. Modes with k₂ = 0 appear with both signs of k₁, so
/// a field is real if and only if those are conjugate; norms count every other mode twice.
public struct PackedPlane: Sendable, Equatable {
  public let modes: Int

  public init(modes: Int) { self.modes = modes }

  public var rows: Int { 2 * modes + 1 }
  public var columns: Int { modes + 1 }
  public var count: Int { rows * columns }

  /// k₁ of a packed row.
  @inline(__always)
  public func wavenumber(ofRow r: Int) -> Int { r <= modes ? r : r - rows }

  /// Packed row of k₁ in -K…K.
  @inline(__always)
  public func row(of k: Int) -> Int { k >= 0 ? k : k + rows }

  /// Index of mode (k₁, k₂) with k₂ ≥ 0.
  @inline(__always)
  public func index(_ k1: Int, _ k2: Int) -> Int { row(of: k1) * columns + k2 }

  /// How often each stored mode counts in a sum over the whole plane: 1 for k₂ = 0, 2 otherwise.
  public var multiplicity: [Double] {
    (0..<count).map { $0 % columns == 0 ? 1 : 2 }
  }

  /// Both wavenumbers of every stored mode.
  public var wavenumbers: [(k1: Int, k2: Int)] {
    (0..<count).map { (wavenumber(ofRow: $0 / columns), $0 % columns) }
  }

  /// The field of packed coefficients on an `points`×`points` grid, row-major.
  ///
  /// Modes that the grid cannot carry (|k| ≥ points/2) are dropped: spectral restriction, not sampling.
  public func values(of state: UnsafePointer<Double>, points: Int) -> [Double] {
    let transform = RealTransform(shape: [points, points])
    let spectrum = WorkArray(count: 2 * transform.modeCount)
    let grid = WorkArray(count: points * points)
    let limit = min(modes, (points - 1) / 2)
    let width = points / 2 + 1
    for k1 in -limit...limit {
      let source = index(k1, 0)
      let target = (k1 >= 0 ? k1 : k1 + points) * width
      (spectrum.pointer + 2 * target).update(from: state + 2 * source, count: 2 * (limit + 1))
    }
    transform.backward(destroying: spectrum, to: grid)
    return grid.values
  }
}
