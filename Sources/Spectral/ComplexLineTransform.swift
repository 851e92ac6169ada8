import CFFTW
import Tensors

/// The complex Fourier transform of one contiguous line of interleaved pairs, in either precision:
///
///     forward Z_k = Σ_j z_j e^{−2πi jk/N},   backward z_j = Σ_k Z_k e^{+2πi jk/N}
///
/// Plans are those of ``PlanStore``: made once, and executed from any number of threads. Lines must begin at multiples of 16
/// bytes, which is what FFTW's vector code asks for.
public struct ComplexLineTransform: Sendable {
  public let points: Int
  public let precision: Precision
  private let forwardPlan: FourierPlan
  private let backwardPlan: FourierPlan

  /// - Parameter points: N, at least 1.
  public init(points: Int, precision: Precision) {
    precondition(points >= 1)
    self.points = points
    self.precision = precision
    forwardPlan = PlanStore.linePlan(points, precision, isForward: true)
    backwardPlan = PlanStore.linePlan(points, precision, isForward: false)
  }

  /// The modes of `line`.
  public func forward(_ line: Slice, into modes: Slice) { execute(forwardPlan, line, modes) }

  /// The line of `modes`, N times what ``forward(_:into:)`` began with.
  public func backward(_ modes: Slice, into line: Slice) { execute(backwardPlan, modes, line) }

  private func execute(_ plan: FourierPlan, _ x: Slice, _ y: Slice) {
    precondition(x.count >= 2 * points && y.count >= 2 * points, "a line of \(points) pairs")
    precondition(x.precision == precision && y.precision == precision)
    precondition(Int(bitPattern: x.base) % 16 == 0 && Int(bitPattern: y.base) % 16 == 0, "an aligned line")
    precondition(x.base != y.base, "two lines")
    switch precision {
    case .float32:
      fftwf_execute_dft(
        plan.handle, x.base.assumingMemoryBound(to: fftwf_complex.self),
        y.base.assumingMemoryBound(to: fftwf_complex.self))
    case .float64:
      fftw_execute_dft(
        plan.handle, x.base.assumingMemoryBound(to: fftw_complex.self),
        y.base.assumingMemoryBound(to: fftw_complex.self))
    }
  }
}

extension PlanStore {
  /// A complex transform from one contiguous line to another.
  fileprivate static func linePlan(_ points: Int, _ precision: Precision, isForward: Bool) -> FourierPlan {
    let sign = isForward ? FFTW_FORWARD : FFTW_BACKWARD
    switch precision {
    case .float64:
      return complexPlan(isForward ? .complexForward : .complexBackward, sign: sign, length: points)
    case .float32:
      return plan(PlanKey(kind: isForward ? .singleForward : .singleBackward, shape: [points])) {
        let (x, y) = (
          HostBuffer(count: 2 * points, precision: .float32),
          HostBuffer(count: 2 * points, precision: .float32)
        )
        return withExtendedLifetime((x, y)) {
          fftwf_plan_dft_1d(
            Int32(points), x.base.assumingMemoryBound(to: fftwf_complex.self),
            y.base.assumingMemoryBound(to: fftwf_complex.self), sign, flags)
        }
      }
    }
  }
}
