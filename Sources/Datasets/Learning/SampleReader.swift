import Fields
import Tensors

/// Reads any range of samples of a learning problem, channels last, in memory that does not grow with the file.
///
/// - Shape: inputs `[sample][x][y][z][channel]`, outputs likewise. A time window's channels are ordered by
///   time, then component: `inputSteps · channels` inputs and `outputSteps · channels` outputs.
///
/// Not safe for use from several threads at once.
public final class SampleReader {
  public let file: DatasetFile
  public let precision: Precision
  /// Input channels as stored in one sample.
  public var inputChannels: Int { plan.inputChannels }
  /// Output channels of one sample: all steps of a window together. 0 if outputs were not asked for.
  public var outputChannels: Int { plan.outputChannels }
  public var axes: [GridAxis] { plan.axes }
  public var mapping: FieldMapping { plan.mapping }
  public var sampleCount: Int { plan.sampleCount }
  public var pointCount: Int { plan.pointCount }
  /// Points at which a sample's output is given: those of the grid, or scattered ones.
  public var outputPointCount: Int { plan.points?.count ?? plan.pointCount }

  let plan: ChannelPlan
  private let inputNoise: Double
  var scratch = HostBuffer(count: 0, precision: .float32)
  /// Values of one field read at once, unless a single sample has more.
  private static let blockValues = 1 << 22

  /// - Parameter includeOutputs: false to apply a model to a file that has inputs only.
  /// - Throws: ``DatasetsError``, exit status 3, if the file does not have what the mapping needs.
  public init(
    _ file: DatasetFile, mapping: FieldMapping, options: ReadingOptions = ReadingOptions(),
    precision: Precision = .float32, includeOutputs: Bool = true
  ) throws {
    self.file = file
    self.precision = precision
    plan = try ChannelPlan(file, mapping: mapping, options: options, includeOutputs: includeOutputs)
    inputNoise = options.inputNoise
    queries = try SampleReader.queries(plan, in: file)
    let times = plan.outputs.count == 1 && !mapping.isWindow ? plan.outputs[0].times : nil
    outputTimes = try times.flatMap { $0.count > 1 ? try file.times($0) : nil } ?? []
    for piece in plan.inputs + plan.outputs {
      let size = try PhysicalMemory.product([piece.channelCount, piece.axes.points], path: file.path)
      try PhysicalMemory.check(size, bytesEach: precision.byteCount, path: file.path)
    }
  }

  /// Where outputs are given if not on the grid; coordinates of common points are read once.
  private let queries: QueryPoints?
  /// Times of the one output field that has several.
  private let outputTimes: [Double]

  /// What a model learns from these data about its task.
  public var signature: OperatorSignature {
    if case .window(_, _, let steps) = plan.mapping {
      let field = plan.inputs.first?.axes.channels ?? 1
      return OperatorSignature(
        inputChannels: inputChannels, outputChannels: field, axes: axes, rolloutSteps: steps)
    }
    return OperatorSignature(
      inputChannels: inputChannels, outputChannels: outputChannels, axes: axes, queries: queries,
      outputTimes: outputTimes, maskChannel: plan.maskChannel)
  }

  /// Reads samples into memory of the caller, in the reader's precision.
  ///
  /// - Parameters:
  ///   - inputs: room for `samples.count · pointCount · inputChannels` values.
  ///   - outputs: room for `samples.count · outputPointCount · outputChannels` values, or `nil` to skip them.
  /// - Returns: where the samples' domains are, outside of which outputs are zero; nil without a mask.
  /// - Throws: ``DatasetsError`` also for NaN or infinite values, with the variable and the place of the first.
  @discardableResult
  public func read(
    _ samples: Range<Int>, inputs: UnsafeMutableRawPointer, outputs: UnsafeMutableRawPointer?
  ) throws -> DomainMask? {
    precondition(samples.lowerBound >= 0 && samples.upperBound <= sampleCount, "samples outside the file")
    try gather(plan.inputs, samples, into: inputs, channels: inputChannels)
    if inputNoise > 0 {
      switch precision {
      case .float32: addNoise(inputs.assumingMemoryBound(to: Float.self), samples)
      case .float64: addNoise(inputs.assumingMemoryBound(to: Double.self), samples)
      }
    }
    let mask = try mask(samples)
    guard let outputs else { return mask }
    if let points = plan.points {
      try gather(points.outputs, of: samples, points: points.count, into: outputs)
    } else {
      try gather(plan.outputs, samples, into: outputs, channels: outputChannels)
    }
    mask?.multiply(outputs, precision: precision, channels: outputChannels)
    return mask
  }

  /// Where the domain of some samples is; nil without a mask.
  ///
  /// - Throws: ``DatasetsError/badMask(path:variable:reason:)`` for values that are neither 0 nor 1.
  public func mask(_ samples: Range<Int>) throws -> DomainMask? {
    guard let piece = plan.mask else { return nil }
    let values = HostBuffer(count: samples.count * pointCount, precision: precision)
    try gather([piece], samples, into: values.base, channels: 1)
    for i in 0..<values.count where values[i] != 0 && values[i] != 1 {
      throw DatasetsError.badMask(
        path: file.path, variable: piece.axes.variable.name,
        reason: "sample \(samples.lowerBound + i / pointCount) has the value \(values[i]), neither 0 nor 1")
    }
    return DomainMask(values: values, points: pointCount)
  }

  /// Adds noise to every channel but the mask.
  private func addNoise<Scalar: BinaryFloatingPoint>(
    _ values: UnsafeMutablePointer<Scalar>, _ samples: Range<Int>
  ) {
    let numbers = Philox(seed: 0, stream: "input-noise")
    let size = pointCount * inputChannels
    for sample in samples {
      let base = values + (sample - samples.lowerBound) * size
      for channel in 0..<inputChannels where channel != plan.maskChannel {
        let places = stride(from: channel, to: size, by: inputChannels)
        let squares = places.reduce(0.0) { $0 + Double(base[$1]) * Double(base[$1]) }
        let deviation = inputNoise * (squares / Double(pointCount)).squareRoot()
        for i in places {
          base[i] += Scalar(deviation * numbers.normals(UInt64(sample), UInt64(i)).0)
        }
      }
    }
  }

  private func gather(
    _ pieces: [ChannelPiece], _ samples: Range<Int>, into target: UnsafeMutableRawPointer, channels: Int
  ) throws {
    var offset = 0
    for piece in pieces {
      try gather(piece, samples, into: target, channels: channels, offset: offset)
      offset += piece.channelCount
    }
  }

  private func gather(
    _ piece: ChannelPiece, _ samples: Range<Int>, into target: UnsafeMutableRawPointer, channels: Int,
    offset: Int
  ) throws {
    let size = piece.channelCount * piece.axes.points
    let block = max(1, SampleReader.blockValues / size)
    if scratch.count < min(block, samples.count) * size || scratch.precision != precision {
      scratch = HostBuffer(count: min(block, samples.count) * size, precision: precision)
    }
    for start in stride(from: samples.lowerBound, to: samples.upperBound, by: block) {
      let count = min(block, samples.upperBound - start)
      try fill(piece, start: start, count: count)
      for sample in 0..<count {
        let place = (start - samples.lowerBound + sample) * plan.pointCount * channels + offset
        switch precision {
        case .float32: scatter(Float.self, piece, sample * size, to: target, place, channels)
        case .float64: scatter(Double.self, piece, sample * size, to: target, place, channels)
        }
      }
    }
  }

  /// Reads a block of samples of a field as stored, and checks its values.
  private func fill(_ piece: ChannelPiece, start: Int, count: Int) throws {
    let axes = piece.axes
    var origin = [start]
    var extent = [count]
    if axes.timeCount != nil, let times = piece.times {
      origin.append(times.lowerBound)
      extent.append(times.count)
    }
    if let channels = axes.channelCount {
      origin.append(0)
      extent.append(channels)
    }
    origin += axes.grid.map { _ in 0 }
    extent += axes.grid
    try file.read(axes.variable, start: origin, count: extent, precision: precision, into: scratch.base)
    let range = HostRange(base: scratch.base, count: extent.reduce(1, *), precision: precision)
    if let bad = range.firstNonFinite() {
      var place = indices(of: bad, in: extent)
      let stored = zip(origin, place).map { $0 + $1 }
      let exact = HostBuffer(count: 1, precision: .float64)
      try file.read(
        axes.variable, start: stored, count: stored.map { _ in 1 }, precision: .float64, into: exact.base)
      let sample = place.removeFirst() + start
      if axes.timeCount != nil, let times = piece.times { place[0] += times.lowerBound }
      if exact[0].isFinite {
        throw DatasetsError.exceedsPrecision(
          path: file.path, variable: axes.variable.name, sample: sample, index: place, value: exact[0])
      }
      throw DatasetsError.nonFinite(
        path: file.path, variable: axes.variable.name, sample: sample, index: place)
    }
  }

  /// Copies one sample of a field from `[time][channel][grid]` to its channels of the thinned grid.
  private func scatter<Scalar>(
    _: Scalar.Type, _ piece: ChannelPiece, _ sourceOffset: Int, to target: UnsafeMutableRawPointer,
    _ place: Int,
    _ channels: Int
  ) {
    let source = scratch.base.assumingMemoryBound(to: Scalar.self) + sourceOffset
    let output = target.assumingMemoryBound(to: Scalar.self) + place
    let grid = plan.storedGrid + [Int](repeating: 1, count: 3 - plan.storedGrid.count)
    let rules = plan.thinning + Array(repeating: (offset: 0, stride: 1), count: 3 - plan.thinning.count)
    let points = piece.axes.points
    for channel in 0..<piece.channelCount {
      let from = source + channel * points
      var to = output + channel
      for i in stride(from: rules[0].offset, to: grid[0], by: rules[0].stride) {
        for j in stride(from: rules[1].offset, to: grid[1], by: rules[1].stride) {
          let row = from + (i * grid[1] + j) * grid[2]
          var k = rules[2].offset
          while k < grid[2] {
            to.pointee = row[k]
            to += channels
            k += rules[2].stride
          }
        }
      }
    }
  }
}
