/// Ranks of factorised tensors from the fraction of a dense tensor's numbers that they may keep.
///
/// The rules are those of TensorLy, so that a fraction means the same model there and here. Halves round to even.
/// - References: J. Kossaifi et al., TensorLy, JMLR 20 (2019); `validate_tucker_rank`, `validate_cp_rank`,
///   `validate_tt_rank`.
public enum FactorizedRank {
  /// r_k = c·I_k, with c from c^M ∏ I + c Σ I_k² + Σ fixed I_k² = ρ ∏ I over the M axes that are not fixed.
  ///
  /// - Parameter fixed: axes that keep their whole extent.
  public static func tucker(shape: [Int], fraction: Double, fixed: Set<Int> = []) -> [Int] {
    let all = shape.reduce(1.0) { $0 * Double($1) }
    let free = shape.indices.filter { !fixed.contains($0) }
    let squares = free.reduce(0.0) { $0 + Double(shape[$1] * shape[$1]) }
    let kept = fixed.reduce(0.0) { $0 + Double(shape[$1] * shape[$1]) }
    let c = root(upTo: max(fraction, 1)) { c in
      let core = (0..<free.count).reduce(all) { power, _ in power * c }
      return core + squares * c + kept - fraction * all
    }
    return shape.enumerated().map { axis, extent in
      fixed.contains(axis) ? extent : max(1, rounded(c * Double(extent)))
    }
  }

  /// R = ρ ∏ I / Σ I.
  public static func cp(shape: [Int], fraction: Double) -> Int {
    max(1, rounded(fraction * shape.reduce(1.0) { $0 * Double($1) } / Double(shape.reduce(0, +))))
  }

  /// Bonds r_0 = 1, r_k = c·(I_k + I_{k+1})/2, r_N = 1, with c from a c² + b c = ρ ∏ I.
  public static func tensorTrain(shape: [Int], fraction: Double) -> [Int] {
    let n = shape.count
    if n < 2 { return [1, 1] }
    let mean = (0..<(n - 1)).map { Double(shape[$0] + shape[$0 + 1]) / 2 }
    let a = (1..<max(1, n - 1)).reduce(0.0) { $0 + mean[$1 - 1] * Double(shape[$1]) * mean[$1] }
    let b = Double(shape[0]) * mean[0] + Double(shape[n - 1]) * mean[n - 2]
    let numbers = fraction * shape.reduce(1.0) { $0 * Double($1) }
    let c = a == 0 ? numbers / b : (-b + (b * b + 4 * a * numbers).squareRoot()) / (2 * a)
    return [1] + mean.map { max(1, rounded(c * $0)) } + [1]
  }

  private static func rounded(_ value: Double) -> Int { Int(value.rounded(.toNearestOrEven)) }

  /// Where an increasing function changes its sign; the lower end if it is positive from the start.
  private static func root(upTo limit: Double, _ f: (Double) -> Double) -> Double {
    var (low, high) = (0.0, limit)
    for _ in 0..<200 {
      let middle = 0.5 * (low + high)
      if f(middle) > 0 { high = middle } else { low = middle }
    }
    return 0.5 * (low + high)
  }
}
