import CFFTW

/// Discrete Fourier transform of real arrays in one, two or three dimensions, half spectrum.
///
///     forward:   X[k] = Σ_j x[j] exp(-2πi k·j/N)
///     backward:  x[j] = Σ_k X[k] exp(+2πi k·j/N)
///
/// Neither direction is scaled: `backward` of Fourier coefficients gives the field, and `forward`
/// divided by `pointCount` gives the coefficients.
///
/// - Shape: `[N₁, …, N_d]` real ↔ `[N₁, …, N_d/2+1]` complex, row-major, interleaved.
/// - Conventions: safe to share between threads; arrays must be aligned as those of ``WorkArray``.
public final class RealTransform: Sendable {
  public let shape: [Int]
  public let pointCount: Int
  /// Complex numbers of the half spectrum.
  public let modeCount: Int
  private let forwardPlan: FourierPlan
  private let backwardPlan: FourierPlan

  public init(shape: [Int]) {
    precondition((1...3).contains(shape.count) && shape.allSatisfy { $0 > 0 }, "rank 1 to 3, extents > 0")
    self.shape = shape
    let points = shape.reduce(1, *)
    let modes = shape.dropLast().reduce(1, *) * (shape[shape.count - 1] / 2 + 1)
    pointCount = points
    modeCount = modes
    let extents = shape.map(Int32.init)
    forwardPlan = PlanStore.plan(PlanKey(kind: .realForward, shape: shape)) {
      let real = WorkArray(count: points)
      let spectrum = WorkArray(count: 2 * modes)
      return withExtendedLifetime((real, spectrum)) {
        fftw_plan_dft_r2c(
          Int32(extents.count), extents, real.pointer, complexPointer(spectrum.pointer), PlanStore.flags)
      }
    }
    backwardPlan = PlanStore.plan(PlanKey(kind: .realBackward, shape: shape)) {
      let real = WorkArray(count: points)
      let spectrum = WorkArray(count: 2 * modes)
      return withExtendedLifetime((real, spectrum)) {
        fftw_plan_dft_c2r(
          Int32(extents.count), extents, complexPointer(spectrum.pointer), real.pointer, PlanStore.flags)
      }
    }
  }

  /// `pointCount` reals to `modeCount` complex numbers; the input is kept.
  @inline(__always)
  public func forward(_ real: UnsafeMutablePointer<Double>, to spectrum: UnsafeMutablePointer<Double>) {
    fftw_execute_dft_r2c(forwardPlan.handle, real, complexPointer(spectrum))
  }

  /// `modeCount` complex numbers to `pointCount` reals; the input is destroyed.
  @inline(__always)
  public func backward(
    destroying spectrum: UnsafeMutablePointer<Double>, to real: UnsafeMutablePointer<Double>
  ) {
    fftw_execute_dft_c2r(backwardPlan.handle, complexPointer(spectrum), real)
  }

  /// Checked forms for small jobs and tests.
  public func forward(_ real: WorkArray, to spectrum: WorkArray) {
    precondition(real.count >= pointCount && spectrum.count >= 2 * modeCount, "arrays too short")
    forward(real.pointer, to: spectrum.pointer)
  }

  public func backward(destroying spectrum: WorkArray, to real: WorkArray) {
    precondition(real.count >= pointCount && spectrum.count >= 2 * modeCount, "arrays too short")
    backward(destroying: spectrum.pointer, to: real.pointer)
  }
}
