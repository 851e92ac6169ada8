import Tensors

extension Normalizer {
  /// Added to σ by ``Kind/pointwise``, as in the FNO scripts.
  static let pointwiseEpsilon = 1e-5
  /// Added to σ by ``Kind/channel``, as in neuraloperator.
  static let channelEpsilon = 1e-7
  /// Most of σ that is added to it, so that fields in small units are normalised too.
  static let largestShare = 0.01

  /// Fits a normaliser to training data in one pass, in Double, without cancellation.
  ///
  /// Statistics of the steps of a time window are pooled: the normaliser has the field's own channels, so
  /// that it applies to a window of any length and to a single predicted step.
  ///
  /// - Parameters:
  ///   - data: channels last, `[sample][grid…][step][channel]`.
  ///   - channels: channels of one step.
  ///   - steps: times stored one after the other in the channels of `data`.
  public static func fit(_ kind: Kind, to data: HostBuffer, grid: [Int], channels: Int, steps: Int = 1)
    -> Normalizer
  {
    var fit = NormalizerFit(kind, grid: grid, channels: channels, steps: steps)
    fit.add(data.base, precision: data.precision, count: data.count)
    return fit.normalizer()
  }
}

/// Gathers the statistics of a normaliser sample by sample.
struct NormalizerFit {
  private let kind: Normalizer.Kind
  private let grid: [Int]
  private let channels: Int
  private let steps: Int
  /// One per channel, or per point and channel, of the deviations from `origins`.
  private var moments: [RunningMoments]
  /// First value of each: a large common offset then costs no digits.
  private var origins: [Double] = []
  private var minima: [Double]
  private var maxima: [Double]

  init(_ kind: Normalizer.Kind, grid: [Int], channels: Int, steps: Int) {
    precondition(channels > 0 && steps > 0, "a normaliser has at least one channel and step")
    self.kind = kind
    self.grid = grid
    self.channels = channels
    self.steps = steps
    let count = kind == .pointwise ? channels * grid.reduce(1, *) : channels
    moments = Array(repeating: RunningMoments(), count: count)
    minima = Array(repeating: .infinity, count: channels)
    maxima = Array(repeating: -.infinity, count: channels)
  }

  mutating func add(_ data: UnsafeMutableRawPointer, precision: Precision, count: Int) {
    switch precision {
    case .float32: add(data.assumingMemoryBound(to: Float.self), count)
    case .float64: add(data.assumingMemoryBound(to: Double.self), count)
    }
  }

  private mutating func add<Scalar: BinaryFloatingPoint>(_ data: UnsafeMutablePointer<Scalar>, _ count: Int) {
    let sampleSize = channels * steps * grid.reduce(1, *)
    precondition(count > 0 && count % sampleSize == 0, "no data, or data of another grid or other channels")
    if origins.isEmpty {
      let width = channels * steps
      origins = moments.indices.map { Double(data[$0 / channels * width + $0 % channels]) }
    }
    for start in stride(from: 0, to: count, by: sampleSize) {
      switch kind {
      case .none: return
      case .pointwise: addPoints(data + start, sampleSize)
      case .channel: for channel in 0..<channels { addChannel(channel, data + start, sampleSize) }
      case .minmax, .symmetric: for channel in 0..<channels { addExtremes(channel, data + start, sampleSize) }
      }
    }
  }

  private mutating func addPoints<Scalar: BinaryFloatingPoint>(
    _ sample: UnsafeMutablePointer<Scalar>, _ size: Int
  ) {
    let width = channels * steps
    moments.withUnsafeMutableBufferPointer { moments in
      for i in 0..<size {
        let place = i / width &* channels &+ i % channels
        moments[place].add(Double(sample[i]) - origins[place])
      }
    }
  }

  /// The sample's own mean, then its deviations from it, merged by the rule of Chan, Golub and LeVeque.
  private mutating func addChannel<Scalar: BinaryFloatingPoint>(
    _ channel: Int, _ sample: UnsafeMutablePointer<Scalar>, _ size: Int
  ) {
    let origin = origins[channel]
    var sum = 0.0
    var i = channel
    while i < size {
      sum += Double(sample[i]) - origin
      i &+= channels
    }
    var part = RunningMoments()
    part.count = size / channels
    part.mean = sum / Double(part.count)
    i = channel
    while i < size {
      let deviation = (Double(sample[i]) - origin) - part.mean
      part.squares += deviation * deviation
      i &+= channels
    }
    moments[channel].merge(part)
  }

  private mutating func addExtremes<Scalar: BinaryFloatingPoint>(
    _ channel: Int, _ sample: UnsafeMutablePointer<Scalar>, _ size: Int
  ) {
    var low = minima[channel]
    var high = maxima[channel]
    var i = channel
    while i < size {
      let value = Double(sample[i])
      low = min(low, value)
      high = max(high, value)
      i &+= channels
    }
    minima[channel] = low
    maxima[channel] = high
  }

  /// What is added to the deviation at each point: it keeps points where nothing varies finite.
  private var pointwiseEpsilon: Double {
    let variance = moments.reduce(0) { $0 + $1.variance } / Double(moments.count)
    return variance > 0
      ? min(Normalizer.pointwiseEpsilon, Normalizer.largestShare * variance.squareRoot())
      : Normalizer.pointwiseEpsilon
  }

  func normalizer() -> Normalizer {
    switch kind {
    case .none: return .identity(channels: channels)
    case .pointwise:
      let epsilon = pointwiseEpsilon
      return Normalizer(
        kind: kind, channels: channels, grid: grid, shift: zip(origins, moments).map { $0 + $1.mean },
        scale: moments.map { $0.variance.squareRoot() + epsilon })
    case .channel:
      return Normalizer(
        kind: kind, channels: channels, grid: [], shift: zip(origins, moments).map { $0 + $1.mean },
        scale: moments.map {
          let deviation = $0.variance.squareRoot()
          return deviation > 0
            ? deviation + min(Normalizer.channelEpsilon, Normalizer.largestShare * deviation) : 1
        })
    case .minmax:
      return Normalizer(
        kind: kind, channels: channels, grid: [], shift: minima.map { $0.isFinite ? $0 : 0 },
        scale: zip(minima, maxima).map { $1 > $0 ? $1 - $0 : 1 })
    case .symmetric:
      return Normalizer(
        kind: kind, channels: channels, grid: [],
        shift: zip(minima, maxima).map { $0.isFinite ? 0.5 * $0 + 0.5 * $1 : 0 },
        scale: zip(minima, maxima).map { $1 > $0 ? 0.5 * ($1 - $0) : 1 })
    }
  }
}
