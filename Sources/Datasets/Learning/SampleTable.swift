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
      [samples.count, reader.pointCount, inputChannels + outputChannels], path: reader.file.path)
    try PhysicalMemory.check(values, bytesEach: precision.byteCount, path: reader.file.path)
    let points = samples.count * reader.pointCount
    inputs = HostBuffer(count: points * inputChannels, precision: precision)
    outputs = HostBuffer(count: points * outputChannels, precision: precision)
    try reader.read(samples, inputs: inputs.base, outputs: outputs.base)
  }

  /// Standard normal numbers in place of data, for timing.
  public init(random sampleCount: Int, signature: OperatorSignature, seed: UInt64, precision: Precision) {
    self.sampleCount = sampleCount
    self.signature = signature
    self.precision = precision
    sampleIndices = 0..<sampleCount
    inputChannels = signature.inputChannels
    outputChannels = signature.outputChannels * signature.rolloutSteps
    let points = sampleCount * signature.gridShape.reduce(1, *)
    inputs = HostBuffer(count: points * inputChannels, precision: precision)
    outputs = HostBuffer(count: points * outputChannels, precision: precision)
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
    for buffer in [inputs, outputs] {
      hash.update(UnsafeRawBufferPointer(start: buffer.base, count: buffer.byteCount))
    }
    return hash.hexadecimalDigest()
  }
}
