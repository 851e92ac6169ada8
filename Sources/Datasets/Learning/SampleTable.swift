import Fields
import Files
import Tensors

/// The chosen samples of a learning problem in memory, channels last.
///
/// - Shape: ``inputs`` `[sample][x][y][z][inputChannels]`, ``outputs`` `[sample][x][y][z][outputChannels]`. For a
///   time window the output channels are all of its steps, `outputSteps · channels`, time by time, whereas
///   ``signature`` speaks of one application of the operator.
public final class SampleTable: Sendable {
  public let inputs: HostBuffer
  public let outputs: HostBuffer
  /// Points of the samples' own, `[sample][point][coordinate]`; nil where outputs are on the grid or at common points.
  public let points: HostBuffer?
  public let sampleCount: Int
  public let inputChannels: Int
  /// Output channels of a sample: `signature.outputChannels · signature.rolloutSteps`.
  public let outputChannels: Int
  public let signature: OperatorSignature
  /// Numbers of the samples in their file.
  public let sampleIndices: Range<Int>
  public let precision: Precision

  public var gridShape: [Int] { signature.gridShape }
  public var pointCount: Int { gridShape.reduce(1, *) }
  /// Points at which a sample's output is given.
  public var outputPointCount: Int { signature.outputShape.reduce(1, *) }

  /// Reads a range of samples.
  ///
  /// - Throws: ``DatasetsError``: the samples do not fit in memory, or hold non-finite values.
  public init(_ reader: SampleReader, samples: Range<Int>) throws {
    sampleCount = samples.count
    sampleIndices = samples
    inputChannels = reader.inputChannels
    outputChannels = reader.outputChannels
    signature = reader.signature
    precision = reader.precision
    let values = try PhysicalMemory.product(
      [samples.count, max(reader.pointCount, reader.outputPointCount), inputChannels + outputChannels],
      path: reader.file.path)
    try PhysicalMemory.check(values, bytesEach: precision.byteCount, path: reader.file.path)
    inputs = HostBuffer(count: samples.count * reader.pointCount * inputChannels, precision: precision)
    outputs = HostBuffer(
      count: samples.count * reader.outputPointCount * outputChannels, precision: precision)
    try reader.read(samples, inputs: inputs.base, outputs: outputs.base)
    if case .perSample(let count, let dimensions)? = signature.queries {
      let buffer = HostBuffer(count: samples.count * count * dimensions, precision: precision)
      try reader.readPoints(samples, into: buffer.base)
      points = buffer
    } else {
      points = nil
    }
  }

  /// Standard normal numbers in place of data, for timing.
  ///
  /// - Precondition: outputs are on the grid or at common points.
  public init(random sampleCount: Int, signature: OperatorSignature, seed: UInt64, precision: Precision) {
    self.sampleCount = sampleCount
    self.signature = signature
    self.precision = precision
    sampleIndices = 0..<sampleCount
    inputChannels = signature.inputChannels
    outputChannels = signature.outputChannels * signature.rolloutSteps
    inputs = HostBuffer(
      count: sampleCount * signature.gridShape.reduce(inputChannels, *), precision: precision)
    outputs = HostBuffer(
      count: sampleCount * signature.outputShape.reduce(outputChannels, *), precision: precision)
    points = nil
    for (name, buffer) in [("inputs", inputs), ("outputs", outputs)] {
      let numbers = Philox(seed: seed, stream: "random-table/" + name)
      for i in 0..<buffer.count { buffer[i] = numbers.normals(UInt64(i)).0 }
    }
  }

  /// SHA-256 of the samples as a model sees them: counts, grid coordinates, values in the table's precision.
  ///
  /// Independent of path, container and compression of the file; another stride, mapping or choice of samples
  /// gives another fingerprint.
  public func fingerprint() -> String {
    var hash = SHA256()
    for number in [sampleCount, inputChannels, outputChannels, signature.rolloutSteps] {
      hash.update(UInt64(number))
    }
    hash.update(precision.rawValue)
    for axis in signature.axes {
      hash.update(axis.boundary.rawValue)
      hash.update(UInt64(axis.count))
      for coordinate in axis.coordinates { hash.update(coordinate.bitPattern) }
    }
    if case .common(let coordinates, let dimensions)? = signature.queries {
      hash.update(UInt64(dimensions))
      for coordinate in coordinates { hash.update(coordinate.bitPattern) }
    }
    for buffer in [inputs, outputs] + (points.map { [$0] } ?? []) {
      hash.update(UnsafeRawBufferPointer(start: buffer.base, count: buffer.byteCount))
    }
    return hash.hexadecimalDigest()
  }
}
