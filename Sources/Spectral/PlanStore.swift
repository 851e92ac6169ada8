import CFFTW
import Synchronization

/// An FFTW plan. Executing it on other arrays is the one call of FFTW that is safe from several threads
/// at once, and the only one made outside of ``PlanStore``'s lock.
///
/// A value without a reference count: plans live as long as the process, and workers that share a plan must not
/// write to memory they share with every transform, as counting references would.
struct FourierPlan: @unchecked Sendable {
  /// `fftw_plan` or, in single precision, `fftwf_plan`.
  let handle: OpaquePointer

  fileprivate init(_ handle: OpaquePointer) { self.handle = handle }
}

/// What determines a plan. Plans are made with `FFTW_ESTIMATE`: its choice does not depend on timing, so
/// equal machines give equal bits.
struct PlanKey: Hashable {
  enum Kind: Hashable {
    case realForward, realBackward
    case complexForward, complexBackward
    /// Of a complex line in single precision.
    case singleForward, singleBackward
    case trigonometric(UInt32)
  }

  var kind: Kind
  var shape: [Int]
  /// Number of interleaved transforms of a complex in-place batch, and the distance of their elements.
  var batch = 1
  var stride = 1
  var isInPlace = true
}

/// All plans of the process, made once each, under one lock because FFTW's planner has global state.
enum PlanStore {
  private static let plans = Mutex<[PlanKey: FourierPlan]>([:])

  /// The plan of `key`, made by `make` at the first request.
  static func plan(_ key: PlanKey, _ make: () -> OpaquePointer?) -> FourierPlan {
    plans.withLock { plans in
      if let plan = plans[key] { return plan }
      guard let handle = make() else { preconditionFailure("FFTW has no plan for \(key)") }
      let plan = FourierPlan(handle)
      plans[key] = plan
      return plan
    }
  }

  /// Complex transforms of `batch` interleaved arrays, elements of one array `stride` numbers apart.
  ///
  /// Estimated plans from one array to another are a fifth faster than those in place, which go through buffers.
  static func complexPlan(
    _ kind: PlanKey.Kind, sign: Int32, length: Int, batch: Int = 1, stride: Int = 1, isInPlace: Bool = false
  ) -> FourierPlan {
    plan(PlanKey(kind: kind, shape: [length], batch: batch, stride: stride, isInPlace: isInPlace)) {
      let count = 2 * length * stride
      let (first, second) = (WorkArray(count: count), WorkArray(count: isInPlace ? 0 : count))
      return withExtendedLifetime((first, second)) {
        let source = complexPointer(first.pointer)
        let target = isInPlace ? source : complexPointer(second.pointer)
        return fftw_plan_many_dft(
          1, [Int32(length)], Int32(batch), source, nil, Int32(stride), 1, target, nil, Int32(stride), 1,
          sign,
          flags)
      }
    }
  }

  static let flags = UInt32(FFTW_ESTIMATE)
}

/// FFTW's view of interleaved complex numbers.
func complexPointer(_ pointer: UnsafeMutablePointer<Double>) -> UnsafeMutablePointer<fftw_complex> {
  UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: fftw_complex.self)
}
