import CFFTW
import Tensors

/// Transform pair between the lowest modes of a real periodic line and its N points, N even, by one complex transform of
/// N/2 points.
///
/// Even points are real and odd points imaginary parts of z_j = x_2j + i x_2j+1, which in memory is x itself. With
/// w = exp(2πi/N) and X above the given modes zero,
///
///     Z_m = X_m (1 + i w^m) + conj(X_{N/2-m}) (1 - i w^m),   m = 0…N/2-1
///
/// Complex transforms use the processor's vector registers fully and FFTW's real ones do not; only modes that are wanted are
/// recombined.
///
/// - Conventions: unscaled in both directions, as ``RealTransform``. The imaginary part of the mean is taken as zero.
public final class RealLineTransform: Sendable {
  public let points: Int
  private let half: Int
  private let kernels = ModeKernels.active
  private let backwardPlan: FourierPlan
  private let forwardPlan: FourierPlan
  /// i w^m, m = 0…N/2.
  private let turns: [Double]

  /// - Parameter points: N, even and at least 2.
  public init(points: Int) {
    precondition(points >= 2 && points % 2 == 0, "an even number of points")
    self.points = points
    half = points / 2
    backwardPlan = PlanStore.complexPlan(.complexBackward, sign: FFTW_BACKWARD, length: half)
    forwardPlan = PlanStore.complexPlan(.complexForward, sign: FFTW_FORWARD, length: half)
    turns = (0...points / 2).flatMap { m -> [Double] in
      let turn = exactSineAndCosine(numerator: m, denominator: points)
      return [-turn.sine, turn.cosine]
    }
  }

  /// Modes 0…`count` - 1 to all points; `scratch` takes N doubles.
  ///
  /// - Parameter count: at most N/2; higher modes are zero.
  @inline(__always)
  public func backward(
    _ modes: UnsafePointer<Double>, count: Int, scratch: UnsafeMutablePointer<Double>,
    to values: UnsafeMutablePointer<Double>
  ) {
    turns.withUnsafeBufferPointer {
      guard let turns = $0.baseAddress else { return }
      kernels.spreadLine(half: half, count: count, modes, turns: turns, into: scratch)
    }
    fftw_execute_dft(backwardPlan.handle, complexPointer(scratch), complexPointer(values))
  }

  /// All points to modes 0…`count` - 1 ≤ N/2 - 1, each times its factor; `scratch` takes N doubles.
  @inline(__always)
  public func forward(
    _ values: UnsafeMutablePointer<Double>, scratch: UnsafeMutablePointer<Double>,
    factors: UnsafePointer<Double>? = nil, count: Int, to modes: UnsafeMutablePointer<Double>
  ) {
    fftw_execute_dft(forwardPlan.handle, complexPointer(values), complexPointer(scratch))
    turns.withUnsafeBufferPointer {
      guard let turns = $0.baseAddress else { return }
      kernels.gatherLine(half: half, count: count, scratch, turns: turns, factors: factors, into: modes)
    }
  }
}
