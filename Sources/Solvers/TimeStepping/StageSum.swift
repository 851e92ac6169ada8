import Spectral
import Tensors

/// P·u + Σ_j C_j·N_j over some stages j, mode by mode: what a stage of an exponential scheme, or its result, is.
///
/// Holds plain pointers beside the arrays that own them, so that a step counts no references.
struct StageSum {
  private let arrays: [WorkArray]
  /// P, then the C_j.
  private let weights: [UnsafeRawPointer?]
  private let stages: [Int]

  init(propagator: WorkArray, terms: [(stage: Int, weight: WorkArray)]) {
    arrays = [propagator] + terms.map(\.weight)
    weights = arrays.map { UnsafeRawPointer($0.pointer) }
    stages = terms.map(\.stage)
  }

  /// Stores the sum in `out`, in one pass.
  ///
  /// - Parameters:
  ///   - count: modes of every array.
  ///   - isComplex: whether P and C are complex numbers, interleaved; otherwise one real number per mode.
  ///   - values: N of every stage.
  func form(
    _ count: Int, isComplex: Bool, _ state: UnsafeMutablePointer<Double>,
    _ values: [UnsafeMutablePointer<Double>], into out: UnsafeMutablePointer<Double>
  ) {
    withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: stages.count + 1) { list in
      list.initializeElement(at: 0, to: UnsafeRawPointer(state))
      for j in 0..<stages.count { list.initializeElement(at: j + 1, to: UnsafeRawPointer(values[stages[j]])) }
      weights.withUnsafeBufferPointer { weights in
        guard let weights = weights.baseAddress, let values = list.baseAddress else { return }
        ModeKernels.active.combine(
          count, isComplex: isComplex, terms: list.count, weights: weights, values: values, into: out)
      }
    }
  }
}
