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
  ///   - metrics: those of the registry unless stated.
  ///   - progress: told how many samples are done.
  public init(
    _ predictor: Predictor, _ reader: SampleReader, samples: Range<Int>, pool: WorkerPool,
    metrics: [any Metric] = MetricRegistry.entries, progress: (Int) -> Void = { _ in }
  ) throws {
    let signature = reader.signature
    let grid = signature.gridShape
    let metricGrid = MetricGrid(signature, channels: reader.outputChannels)
    var numbers = metrics.map { _ in [Double](repeating: 0, count: samples.count) }
    let chunk = ModelEvaluation.chunk(reader)
    let inputs = HostBuffer(
      count: chunk * reader.pointCount * reader.inputChannels, precision: reader.precision)
    let size = reader.outputPointCount * reader.outputChannels
    let points = reader.pointBuffer(samples: chunk)
    let (truth, prediction) = (
      HostBuffer(count: chunk * size, precision: reader.precision),
      HostBuffer(count: chunk * size, precision: reader.precision)
    )
    var seconds = 0.0
    var done = 0
    while done < samples.count {
      let count = min(chunk, samples.count - done)
      let start = samples.lowerBound + done
      try reader.read(start..<(start + count), inputs: inputs.base, outputs: truth.base)
      if let mask = signature.maskChannel {
        truth.multiply(byChannel: mask, of: inputs, channels: reader.inputChannels, width: reader.outputChannels)
      }
      if let points { try reader.readPoints(start..<(start + count), into: points.base) }
      let begin = now()
      predictor.predict(
        inputs, at: points, count: count, grid: grid, steps: signature.rolloutSteps, into: prediction)
      seconds += now() - begin
      let values = HostBuffer(count: count * metrics.count, precision: .float64)
      pool.forEach(count) { sample, _ in
        let p = ModelEvaluation.doubles(prediction, from: sample * size, count: size)
        let t = ModelEvaluation.doubles(truth, from: sample * size, count: size)
        for (index, metric) in metrics.enumerated() {
          values[sample * metrics.count + index] = metric.perSample(
            prediction: p, target: t, grid: metricGrid)
        }
      }
      for sample in 0..<count {
        for index in metrics.indices {
          numbers[index][done + sample] = values[sample * metrics.count + index]
        }
      }
      done += count
      progress(done)
    }
    sampleCount = samples.count
    sampleIndices = samples
    predictionSeconds = seconds
    results = zip(metrics, numbers).compactMap { metric, perSample in
      MetricSummary(perSample: perSample).map { Result(metric: metric, perSample: perSample, summary: $0) }
    }
  }

  /// Samples read at a time: about 64 MiB of values, at least one and at most 64.
  static func chunk(_ reader: SampleReader) -> Int {
    let values =
      reader.pointCount * reader.inputChannels + 2 * reader.outputPointCount * reader.outputChannels
    return max(1, min(64, (1 << 24) / max(1, values)))
  }

  private static func doubles(_ buffer: HostBuffer, from start: Int, count: Int) -> [Double] {
    (start..<(start + count)).map { buffer[$0] }
  }
}

extension HostBuffer {
  /// Sets `[rows][width]` values to zero where a channel of another field is zero: outside of the domain.
  fileprivate func multiply(byChannel mask: Int, of inputs: HostBuffer, channels: Int, width: Int) {
    for row in 0..<(inputs.count / channels) {
      let factor = inputs[row * channels + mask]
      for column in 0..<width { self[row * width + column] *= factor }
    }
  }
}
