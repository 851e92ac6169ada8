import CFFTW
import Spectral

/// FFTW's real transforms of a whole grid, planned by measurement: the limit that solvers are compared with.
///
/// The solvers themselves plan by estimate, because that gives the same bits in every run; the limit is the faster of
/// the two kinds of plan, so it is not a weak one.
final class MeasuredTransforms {
  private let forward: fftw_plan
  private let backward: fftw_plan
  private let real: WorkArray
  private let spectrum: WorkArray

  init(shape: [Int], isMeasured: Bool = true) {
    let points = shape.reduce(1, *)
    let modes = shape.dropLast().reduce(1, *) * (shape[shape.count - 1] / 2 + 1)
    real = WorkArray(count: points)
    spectrum = WorkArray(count: 2 * modes)
    let flags = isMeasured ? UInt32(FFTW_MEASURE) : UInt32(FFTW_ESTIMATE)
    let extents = shape.map(Int32.init)
    let complex = UnsafeMutableRawPointer(spectrum.pointer).assumingMemoryBound(to: fftw_complex.self)
    forward = fftw_plan_dft_r2c(Int32(shape.count), extents, real.pointer, complex, flags)
    backward = fftw_plan_dft_c2r(Int32(shape.count), extents, complex, real.pointer, flags)
  }

  deinit {
    fftw_destroy_plan(forward)
    fftw_destroy_plan(backward)
  }

  func runForward() { fftw_execute(forward) }
  func runBackward() { fftw_execute(backward) }

  /// Seconds of one forward and of one backward transform.
  static func best(shape: [Int], repeats: Int) -> (forward: Double, backward: Double) {
    let kinds = [MeasuredTransforms(shape: shape), MeasuredTransforms(shape: shape, isMeasured: false)]
    let times = Timing.best(repeats: repeats, kinds.flatMap { [$0.runForward, $0.runBackward] })
    return (min(times[0], times[2]), min(times[1], times[3]))
  }
}
