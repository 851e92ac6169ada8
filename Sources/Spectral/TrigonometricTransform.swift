import CFFTW

/// Sine and cosine transforms of real arrays, in place, unscaled, the same kind along every axis.
///
/// - Conventions: with n points along an axis and j, k counted from 0,
///
///       sine1     X[k] = 2 Σ_j x[j] sin(π(j+1)(k+1)/(n+1))              own inverse up to 2(n+1)
///       sine2     X[k] = 2 Σ_j x[j] sin(π(j+½)(k+1)/n)                  inverse: sine3, up to 2n
///       sine3     X[k] = (-1)^k x[n-1] + 2 Σ_{j<n-1} x[j] sin(π(j+1)(k+½)/n)
///       cosine1   X[k] = x[0] + (-1)^k x[n-1] + 2 Σ_{0<j<n-1} x[j] cos(πjk/(n-1))   own inverse up to 2(n-1)
///       cosine2   X[k] = 2 Σ_j x[j] cos(π(j+½)k/n)                      inverse: cosine3, up to 2n
///       cosine3   X[k] = x[0] + 2 Σ_{j>0} x[j] cos(πj(k+½)/n)
///
///   Safe to share between threads; arrays must be aligned as those of ``WorkArray``.
/// - References: FFTW 3.3 manual, "1d Real-odd DFTs (DSTs)" and "1d Real-even DFTs (DCTs)".
public final class TrigonometricTransform: Sendable {
  public enum Kind: Sendable, CaseIterable {
    case sine1, sine2, sine3, cosine1, cosine2, cosine3

    fileprivate var code: fftw_r2r_kind {
      switch self {
      case .sine1: FFTW_RODFT00
      case .sine2: FFTW_RODFT10
      case .sine3: FFTW_RODFT01
      case .cosine1: FFTW_REDFT00
      case .cosine2: FFTW_REDFT10
      case .cosine3: FFTW_REDFT01
      }
    }

    /// The kind that undoes this one, up to ``logicalLength(_:)`` per axis.
    public var inverse: Kind {
      switch self {
      case .sine1, .cosine1: self
      case .sine2: .sine3
      case .sine3: .sine2
      case .cosine2: .cosine3
      case .cosine3: .cosine2
      }
    }

    /// Length of the periodic extension: forward and inverse multiply by this along each axis.
    public func logicalLength(_ n: Int) -> Int {
      switch self {
      case .sine1: 2 * (n + 1)
      case .cosine1: 2 * (n - 1)
      case .sine2, .sine3, .cosine2, .cosine3: 2 * n
      }
    }
  }

  public let kind: Kind
  public let shape: [Int]
  public let pointCount: Int
  private let plan: FourierPlan

  /// - Parameter shape: extents, at least 2 each for `cosine1`.
  public init(_ kind: Kind, shape: [Int]) {
    precondition((1...3).contains(shape.count) && shape.allSatisfy { $0 > (kind == .cosine1 ? 1 : 0) })
    self.kind = kind
    self.shape = shape
    let points = shape.reduce(1, *)
    pointCount = points
    plan = PlanStore.plan(PlanKey(kind: .trigonometric(kind.code.rawValue), shape: shape)) {
      let array = WorkArray(count: points)
      let kinds = [fftw_r2r_kind](repeating: kind.code, count: shape.count)
      return withExtendedLifetime(array) {
        fftw_plan_r2r(
          Int32(shape.count), shape.map(Int32.init), array.pointer, array.pointer, kinds, PlanStore.flags)
      }
    }
  }

  /// Transforms `pointCount` reals in place.
  @inline(__always)
  public func apply(_ array: UnsafeMutablePointer<Double>) {
    fftw_execute_r2r(plan.handle, array, array)
  }

  /// Checked form for small jobs and tests.
  public func apply(_ array: WorkArray) {
    precondition(array.count >= pointCount, "array too short")
    apply(array.pointer)
  }
}
