import CHDF5
import Diagnostics
import Fields
import Files
import Tensors

/// Writes a dataset sample by sample: HDF5 that is at the same time valid netCDF-4.
///
/// Variables: one per field with dimensions `sample, [time], [channel], x[, y[, z]]`; coordinates of every
/// dimension; `quality_<name>(sample)` for the solver's own measures of each sample. A field is chunked per
/// sample, so memory does not grow with the dataset. The file appears under its name only by
/// ``finish()``; ``abandon()``, an error or release leave nothing behind.
///
/// The layout is in `datasets/README.md`, the reasons for each attribute in `Sources/Datasets/README.md`.
public final class DatasetWriter {
  public let path: String
  public let layout: SampleLayout
  public let sampleCount: Int
  private let sampleIndices: [Int]
  public let storage: Precision
  /// Samples written so far; the next one that ``append(_:)`` expects.
  public private(set) var appendedCount = 0

  private let target: AtomicFile
  private var structure: DatasetStructure?
  private let qualityNames: [String]
  private var quality: [[Double]]
  private var scratch: HostBuffer

  /// - Parameters:
  ///   - path: final name of the file; its directory must exist.
  ///   - mapping: the learning task that a reader assumes if it is not told another.
  ///   - qualityMeasures: names and descriptions of the numbers that each sample brings along.
  ///   - attributes: of the file: title, source, PDE parameters, resolved configuration, seed. Names must be
  ///     unique; `Conventions`, `_NCProperties` and `opkit_mapping` are added here.
  ///   - sampleIndices: values of the `sample` coordinate; 0, 1, 2, … by default.
  ///   - storage: element type of the fields in the file.
  /// - Throws: exit status 4 if the file cannot be made, or is larger than the space that is free.
  public init(
    path: String, layout: SampleLayout, mapping: FieldMapping?, sampleCount: Int,
    qualityMeasures: [(name: String, longName: String)] = [], attributes: [(String, AttributeValue)] = [],
    sampleIndices: [Int]? = nil, storage: Precision = .float32, overwrite: Bool = false
  ) throws {
    precondition(sampleCount > 0, "a dataset has at least one sample")
    precondition(sampleIndices == nil || sampleIndices?.count == sampleCount, "one index per sample")
    target = try AtomicFile(path: path, overwrite: overwrite)
    let sizes = layout.fields.map { layout.shape(of: $0).reduce(storage.byteCount, *) }
    try target.checkSpace(forBytes: sizes.reduce(0, +).multipliedReportingOverflow(by: sampleCount))
    self.path = path
    self.layout = layout
    self.sampleCount = sampleCount
    self.storage = storage
    qualityNames = qualityMeasures.map(\.name)
    quality = Array(repeating: [], count: qualityMeasures.count)
    scratch = HostBuffer(count: (sizes.max() ?? 0) / storage.byteCount, precision: storage)
    self.sampleIndices = sampleIndices ?? Array(0..<sampleCount)
    let plan = DatasetStructure.Plan(
      layout: layout, sampleIndices: self.sampleIndices,
      qualityMeasures: qualityMeasures, storage: storage,
      attributes: DatasetWriter.rootAttributes(attributes, mapping: mapping))
    structure = try writing { try DatasetStructure(path: target.temporaryPath, plan) }
  }

  deinit { abandon() }

  /// Writes the next sample.
  ///
  /// - Throws: exit status 5 if a value is not finite or too large for the stored type, 4 if the file cannot
  ///   be written. The file is then abandoned.
  /// - Precondition: fields and quality numbers are those of the layout.
  public func append(_ sample: SolvedSample) throws {
    precondition(sample.fields.count == layout.fields.count, "a sample with other fields than the layout")
    try append(quality: sample.quality) { field, target in
      let values = sample.fields[field]
      precondition(values.count == target.count, "field \(layout.fields[field].name) has another size")
      values.withUnsafeBufferPointer { convert($0, to: target) }
    }
  }

  /// Writes the next sample from values that `fill` stores field by field, row-major, in the storage precision.
  package func append(
    quality numbers: [String: Double], fill: (_ field: Int, _ target: HostRange) throws -> Void
  ) throws {
    guard let structure else { preconditionFailure("appended after the end") }
    precondition(appendedCount < sampleCount, "more samples than announced")
    do {
      for (index, field) in layout.fields.enumerated() {
        let shape = layout.shape(of: field)
        let range = HostRange(base: scratch.base, count: shape.reduce(1, *), precision: storage)
        try fill(index, range)
        if let bad = range.firstNonFinite() {
          throw DatasetsError.nonFiniteResult(
            path: path, variable: field.name, sample: sampleIndices[appendedCount],
            index: indices(of: bad, in: shape))
        }
        try writing { try structure.write(field: index, sample: appendedCount, shape: shape, from: range) }
      }
    } catch {
      abandon()
      throw error
    }
    for (index, name) in qualityNames.enumerated() {
      guard let number = numbers[name] else { preconditionFailure("no number for quality measure \(name)") }
      quality[index].append(number)
    }
    appendedCount += 1
  }

  /// Completes the file, flushes it to the device and gives it its name.
  ///
  /// - Precondition: all samples have been appended.
  public func finish() throws {
    guard let structure else { preconditionFailure("finished twice, or after an error") }
    precondition(appendedCount == sampleCount, "\(sampleCount - appendedCount) samples are missing")
    do {
      try writing {
        try structure.write(quality: quality)
        try structure.close()
      }
    } catch {
      abandon()
      throw error
    }
    self.structure = nil
    try target.commit()
  }

  /// Removes everything written so far; does nothing after ``finish()``.
  public func abandon() {
    structure?.abandon()
    structure = nil
    target.abandon()
  }

  private func convert(_ values: UnsafeBufferPointer<Double>, to target: HostRange) {
    switch storage {
    case .float32:
      let floats = target.base.assumingMemoryBound(to: Float.self)
      for i in 0..<values.count { floats[i] = Float(values[i]) }
    case .float64:
      let doubles = target.base.assumingMemoryBound(to: Double.self)
      for i in 0..<values.count { doubles[i] = values[i] }
    }
  }

  private func writing<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as HDF5Failure {
      target.abandon()
      throw DatasetsError.cannotWrite(path: path, action: failure.action, reason: failure.reason)
    }
  }

  private static func rootAttributes(_ given: [(String, AttributeValue)], mapping: FieldMapping?)
    -> [DatasetAttribute]
  {
    var result = [DatasetAttribute("Conventions", .text("CF-1.10"))]
    result += given.map { DatasetAttribute($0.0, $0.1) }
    if let mapping {
      result.append(DatasetAttribute("opkit_mapping", .text(mapping.json.serialized(indent: nil))))
    }
    precondition(Set(result.map(\.name)).count == result.count, "two attributes have the same name")
    return result
  }
}

/// Position of a flat row-major index.
func indices(of flat: Int, in shape: [Int]) -> [Int] {
  var rest = flat
  var result = [Int](repeating: 0, count: shape.count)
  for axis in shape.indices.reversed() {
    result[axis] = rest % shape[axis]
    rest /= shape[axis]
  }
  return result
}
