import Fields
import Files
import Solvers
import Tensors

/// Solved samples of an unfinished dataset, kept so that an interrupted generation continues.
///
/// A record holds the fields in the precision of the dataset, so that a sample that was kept gives the same
/// bytes in the file as one that was just solved, and then the quality measures in 64 bits.
final class SampleJournal: Sendable {
  let journal: RecordJournal
  private let fieldCounts: [Int]
  private let measures: [String]
  private let storage: Precision

  /// - Parameter identity: digest of everything that the samples depend on.
  init(
    path: String, identity: String, layout: SampleLayout, measures: [QualityMeasure], storage: Precision
  ) throws {
    fieldCounts = layout.fields.map { layout.shape(of: $0).reduce(1, *) }
    self.measures = measures.map(\.name)
    self.storage = storage
    let bytes = fieldCounts.reduce(0, +) * storage.byteCount + 8 * measures.count
    journal = try RecordJournal(path: path, identity: identity, recordBytes: bytes)
  }

  /// Sample `index`, if it is there.
  func sample(_ index: Int) throws -> SolvedSample? {
    guard let bytes = try journal.read(index) else { return nil }
    return bytes.withUnsafeBytes { raw in
      var offset = 0
      let fields = fieldCounts.map { count in
        defer { offset += count * storage.byteCount }
        return (0..<count).map { number(raw, offset + $0 * storage.byteCount) }
      }
      var quality: [String: Double] = [:]
      for (position, name) in measures.enumerated() {
        quality[name] = raw.loadUnaligned(fromByteOffset: offset + 8 * position, as: Double.self)
      }
      return SolvedSample(fields: fields, quality: quality)
    }
  }

  /// Keeps a sample.
  func keep(_ sample: SolvedSample, as index: Int) throws {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(journal.recordBytes)
    func add(_ value: some BitwiseCopyable) { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }
    for values in sample.fields {
      switch storage {
      case .float32: for value in values { add(Float(value)) }
      case .float64: for value in values { add(value) }
      }
    }
    for name in measures { add(sample.quality[name] ?? .nan) }
    try journal.append(index, bytes)
  }

  private func number(_ raw: UnsafeRawBufferPointer, _ offset: Int) -> Double {
    switch storage {
    case .float32: Double(raw.loadUnaligned(fromByteOffset: offset, as: Float.self))
    case .float64: raw.loadUnaligned(fromByteOffset: offset, as: Double.self)
    }
  }
}
