/// Evaluation of Fourier coefficients on a periodic line.
public enum PeriodicLine {
  /// The field of coefficients k = 0…modes (interleaved) on `points` equally spaced points.
  ///
  /// Modes that the grid cannot carry (k ≥ points/2) are dropped: spectral restriction, not sampling.
  public static func values(of state: UnsafePointer<Double>, modes: Int, points: Int) -> [Double] {
    let transform = RealTransform(shape: [points])
    let spectrum = WorkArray(count: 2 * transform.modeCount)
    let grid = WorkArray(count: points)
    let limit = min(modes, (points - 1) / 2)
    spectrum.pointer.update(from: state, count: 2 * (limit + 1))
    transform.backward(destroying: spectrum, to: grid)
    return grid.values
  }
}
