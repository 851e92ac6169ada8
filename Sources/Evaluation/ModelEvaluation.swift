import Datasets
import Fields
import Tensors
import Training

/// The errors of a model on a set of samples: every metric for every sample, and their summaries.
public struct ModelEvaluation {
  /// One metric over all samples.
  public struct Result: Sendable {
    public let metric: any Metric
    public let perSample: [Double]
    public let summary: MetricSummary
  }

  public let results: [Result]
  public let sampleCount: Int
  /// Numbers of the samples in their file.
  public let sampleIndices: Range<Int>
  /// Seconds that the predictions took, and the metrics not counted.
  public let predictionSeconds: Double

  public subscript(identifier: String) -> Result? { results.first { $0.metric.identifier == identifier } }

  /// Measures a model, reading a few samples at a time.
  ///
  /// All channels and all steps of a roll-out count together, in physical units.
  ///
  /// - Parameters:
  ///   - asked: metrics; those of the registry unless stated, and of these the ones that apply to such fields.
  ///   - progress: told how many samples are done; what it throws ends the measurement.
  public init(
    _ predictor: Predictor, _ reader: SampleReader, samples: Range<Int>, pool: WorkerPool,
    metrics asked: [any Metric] = MetricRegistry.entries, progress: (Int) throws -> Void = { _ in }
  ) throws {
    let batch = MeasuredBatch(reader, predictor, capacity: MeasuredBatch.capacity(reader))
    let metrics = asked.filter { $0.applies(to: batch.metricGrid) }
    var numbers = [[Double]](repeating: [], count: metrics.count)
    var seconds = 0.0
    for start in stride(from: samples.lowerBound, to: samples.upperBound, by: batch.capacity) {
      let part = start..<min(start + batch.capacity, samples.upperBound)
      seconds += try batch.load(part)
      for (index, values) in batch.measure(metrics, count: part.count, pool: pool).enumerated() {
        numbers[index] += values
      }
      try progress(part.upperBound - samples.lowerBound)
    }
    sampleCount = samples.count
    sampleIndices = samples
    predictionSeconds = seconds
    results = zip(metrics, numbers).compactMap { metric, perSample in
      MetricSummary(perSample: perSample).map { Result(metric: metric, perSample: perSample, summary: $0) }
    }
  }
}
