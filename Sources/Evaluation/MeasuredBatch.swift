import Datasets
import Tensors
import Training

/// A few samples of one reader at a time: what the file says, what the model predicts, and how they differ.
final class MeasuredBatch {
  let reader: SampleReader
  /// Most samples at a time.
  let capacity: Int
  private let predictor: Predictor
  private let inputs: HostBuffer
  /// Points of the samples' own, where they have them.
  private let points: HostBuffer?
  private let truth: HostBuffer
  private let prediction: HostBuffer
  /// Where the values are, for metrics.
  let metricGrid: MetricGrid
  /// Part of each loaded sample's points that is inside of its domain; empty without a mask.
  private var shares: [Double] = []
  /// Values of one sample's outputs.
  private let size: Int

  init(_ reader: SampleReader, _ predictor: Predictor, capacity: Int) {
    self.reader = reader
    self.predictor = predictor
    self.capacity = capacity
    size = reader.outputPointCount * reader.outputChannels
    inputs = HostBuffer(
      count: capacity * reader.pointCount * reader.inputChannels, precision: reader.precision)
    truth = HostBuffer(count: capacity * size, precision: reader.precision)
    prediction = HostBuffer(count: capacity * size, precision: reader.precision)
    metricGrid = MetricGrid(reader.signature, channels: reader.outputChannels)
    points = reader.pointBuffer(samples: capacity)
  }

  /// Reads samples and predicts them. Outside of the domain, where the data have a mask, truth and prediction are zero.
  ///
  /// - Returns: seconds that the prediction took.
  func load(_ samples: Range<Int>) throws -> Double {
    let mask = try reader.read(samples, inputs: inputs.base, outputs: truth.base)
    if let points { try reader.readPoints(samples, into: points.base) }
    let begin = now()
    predictor.predict(
      inputs, at: points, count: samples.count, grid: reader.signature.gridShape,
      steps: reader.signature.rolloutSteps,
      into: prediction)
    let seconds = now() - begin
    if let mask {
      mask.multiply(prediction.base, precision: reader.precision, channels: reader.outputChannels)
      shares = samples.indices.map { mask.share(ofSample: $0 - samples.lowerBound) }
    }
    return seconds
  }

  /// Every metric of the first `count` samples that were loaded, `[metric][sample]`.
  func measure(_ metrics: [any Metric], count: Int, pool: WorkerPool) -> [[Double]] {
    let values = HostBuffer(count: count * metrics.count, precision: .float64)
    pool.forEach(count) { sample, _ in
      let (p, t) = (doubles(prediction, sample), doubles(truth, sample))
      let grid = shares.isEmpty ? metricGrid : metricGrid.covered(shares[sample])
      for (index, metric) in metrics.enumerated() {
        values[index * count + sample] = metric.perSample(prediction: p, target: t, grid: grid)
      }
    }
    return metrics.indices.map { index in (0..<count).map { values[index * count + $0] } }
  }

  /// The prediction of a loaded sample, `[grid…][channel]`.
  func predicted(_ sample: Int) -> [Double] { doubles(prediction, sample) }

  private func doubles(_ buffer: HostBuffer, _ sample: Int) -> [Double] {
    (sample * size..<(sample + 1) * size).map { buffer[$0] }
  }

  /// Samples read at a time: about 64 MiB of values, at least one and at most 64.
  static func capacity(_ reader: SampleReader) -> Int {
    let values =
      reader.pointCount * reader.inputChannels + 2 * reader.outputPointCount * reader.outputChannels
    return max(1, min(64, (1 << 24) / max(1, values)))
  }
}
