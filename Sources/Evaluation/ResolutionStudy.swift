import Datasets
import Fields
import Foundation
import Layers
import Tensors
import Training

/// One trained model on several grids of the same functions: is it an operator, or a map between arrays?
///
/// With P_h the values at the points of a grid and M_h the model applied on it, three things are measured, each a
/// mean over samples of a relative L2 norm:
///
/// - **error** ‖M_h P_h a − P_h u‖/‖P_h u‖ against the stored truth u: flat, if the model has learned the operator;
/// - **commutator** ‖M_h P_h a − P_h M_g P_g a‖/‖P_h M_g P_g a‖ between applying the model on this grid and on the
///   next finer one g, at the points of this grid: it vanishes as h → 0 for a discretisation-convergent model,
///   whatever it has learned, and does not for a map between arrays;
/// - **distance** of the predictions here and on the finest grid, at the points that all grids share.
///
/// Source: Principled approaches for extending neural architectures to function spaces for operator learning,
/// arXiv 2506.10973, definitions 2.1 and 2.2.
public struct ResolutionStudy {
  /// What was measured on one grid.
  public struct Row: Sendable {
    public let grid: [Int]
    /// Distance of neighbouring points along the first axis.
    public let spacing: Double
    public let metrics: [(metric: any Metric, summary: MetricSummary)]
    /// With the next finer grid; nil on the finest.
    public let commutator: Double?
    /// To the finest grid; nil on the finest.
    public let distance: Double?
  }

  /// From the coarsest grid to the finest.
  public let rows: [Row]
  public let sampleCount: Int

  /// Errors that differ by less than this fraction count as flat.
  public static let flatness = 0.1
  /// Differences below this are rounding in single precision.
  public static let rounding = 2e-5

  /// - Parameters:
  ///   - readers: the same file, thinned to grids whose points are points of the next finer one.
  ///   - progress: told how many samples are done.
  public init(
    _ predictor: Predictor, _ readers: [SampleReader], samples: Range<Int>, pool: WorkerPool,
    metrics: [any Metric] = [RelativeL2(), RelativeH1()], progress: (Int) throws -> Void = { _ in }
  ) throws {
    let ordered = readers.sorted { $0.pointCount < $1.pointCount }
    guard let finest = ordered.last, let coarsest = ordered.first else {
      preconditionFailure("a study needs grids")
    }
    let batches = ordered.map {
      MeasuredBatch($0, predictor, capacity: MeasuredBatch.capacity(finest))
    }
    let shared = ordered.dropLast().reduce(SharedPoints(coarsest, coarsest)) { $0.restricted(to: $1) }
    let pairs = zip(ordered, ordered.dropFirst()).map { reader, finer in
      (next: SharedPoints(reader, finer), all: shared.placed(in: reader, and: finest))
    }
    var errors = ordered.map { _ in metrics.map { _ in [Double]() } }
    var differences = pairs.map { _ in (next: 0.0, all: 0.0) }
    let capacity = MeasuredBatch.capacity(finest)
    for start in stride(from: samples.lowerBound, to: samples.upperBound, by: capacity) {
      let part = start..<min(start + capacity, samples.upperBound)
      for (grid, batch) in batches.enumerated() {
        _ = try batch.load(part)
        for (index, values) in batch.measure(metrics, count: part.count, pool: pool).enumerated() {
          errors[grid][index] += values
        }
      }
      for sample in 0..<part.count {
        let predictions = batches.map { $0.predicted(sample) }
        for (grid, pair) in pairs.enumerated() {
          let values = predictions[grid]
          differences[grid].next += pair.next.relativeDifference(values, predictions[grid + 1])
          differences[grid].all += pair.all.relativeDifference(values, predictions[pairs.count])
        }
      }
      try progress(part.upperBound - samples.lowerBound)
    }
    sampleCount = samples.count
    rows = ordered.indices.map { grid in
      let difference = grid < pairs.count ? differences[grid] : nil
      let (axes, shape) = (ordered[grid].axes, ordered[grid].signature.gridShape)
      return Row(
        grid: shape, spacing: GridSpacing(axes)(shape)[0],
        metrics: zip(metrics, errors[grid]).compactMap { metric, values in
          MetricSummary(perSample: values).map { (metric, $0) }
        },
        commutator: difference.map { $0.next / Double(samples.count) },
        distance: difference.map { $0.all / Double(samples.count) })
    }
  }

  /// Largest over smallest error of the first metric; infinite where the smallest alone is zero, or where an
  /// error is not finite.
  public var errorRatio: Double {
    let errors = rows.compactMap { $0.metrics.first?.summary.mean }
    guard let least = errors.min(), let most = errors.max(), errors.allSatisfy(\.isFinite) else {
      return .infinity
    }
    return most == least ? 1 : most / least
  }

  public var isFlat: Bool { errorRatio <= 1 + ResolutionStudy.flatness }

  /// Order p of the commutator on the three finest grids, c_h ∝ h^p − g^p; nil with fewer, or where it is rounding, or
  /// where it does not fall at all.
  public var order: Double? {
    guard rows.count >= 3 else { return nil }
    let last = Array(rows.suffix(3))
    guard let coarse = last[0].commutator, let fine = last[1].commutator, coarse.isFinite,
      coarse > ResolutionStudy.rounding, fine > 0
    else { return nil }
    let h = last.map { $0.spacing / last[0].spacing }
    func ratio(_ p: Double) -> Double { (pow(h[0], p) - pow(h[1], p)) / (pow(h[1], p) - pow(h[2], p)) }
    var (low, high) = (0.01, 20.0)
    guard coarse / fine > ratio(low) else { return nil }
    for _ in 0..<60 {
      let middle = 0.5 * (low + high)
      if ratio(middle) < coarse / fine { low = middle } else { high = middle }
    }
    return low
  }

  /// Whether the commutator is rounding throughout, or falls from grid to grid and, on the finest three, at least as
  /// fast as √h. Grids before the largest commutator may be too coarse to show anything, and do not count.
  public var isConvergent: Bool {
    let differences = rows.compactMap(\.commutator)
    if isResolutionIndependent { return true }
    guard let worst = differences.indices.max(by: { differences[$0] < differences[$1] }) else { return false }
    let falling = differences[worst...]
    guard falling.count >= min(3, differences.count) else { return false }
    guard zip(falling, falling.dropFirst()).allSatisfy({ $0 > $1 }) else { return false }
    return (order ?? 0) >= 0.5
  }

  /// Whether the grids are enough to tell.
  public var hasConvergenceVerdict: Bool { isResolutionIndependent || rows.count >= 3 }

  /// Whether predictions agree to rounding on all grids.
  public var isResolutionIndependent: Bool {
    rows.compactMap(\.commutator).allSatisfy { $0 <= ResolutionStudy.rounding }
  }
}
