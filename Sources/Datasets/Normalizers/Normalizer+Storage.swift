import Configuration
import Tensors

extension Normalizer {
  /// The parts of the normaliser that are not numbers, for a checkpoint's metadata.
  public var description: JSONValue {
    [
      "kind": .string(kind.rawValue), "channels": .integer(channels),
      "grid": .array(grid.map { .integer($0) }),
    ]
  }

  /// The tensors of the normaliser, named `<prefix>.shift` and `<prefix>.scale`, in Double.
  public func tensors(prefix: String) -> [(name: String, shape: [Int], values: HostBuffer)] {
    let shape = grid + [channels]
    return [
      ("\(prefix).shift", shape, Normalizer.buffer(shift)),
      ("\(prefix).scale", shape, Normalizer.buffer(scale)),
    ]
  }

  /// Reads back what ``description`` and ``tensors(prefix:)`` gave.
  ///
  /// - Parameters:
  ///   - source: the checkpoint, for messages.
  ///   - tensor: the values of a named tensor.
  /// - Throws: ``DatasetsError/badNormalizer(source:reason:)`` if the parts do not fit together.
  public init(
    description: JSONValue, prefix: String, source: String, tensor: (_ name: String) throws -> HostBuffer
  ) throws {
    func refuse(_ reason: String) -> DatasetsError { .badNormalizer(source: source, reason: reason) }
    guard let name = description["kind"]?.stringValue, let kind = Kind(rawValue: name) else {
      throw refuse("\(prefix) has no known kind")
    }
    guard let channels = description["channels"]?.intValue, (1...1 << 24).contains(channels),
      let extents = description["grid"]?.arrayValue?.map(\.intValue), extents.count <= 3
    else { throw refuse("\(prefix) has no channels or grid") }
    var grid: [Int] = []
    var count = channels
    for extent in extents {
      guard let extent, (1...1 << 24).contains(extent) else {
        throw refuse("\(prefix) has an impossible grid")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw refuse("\(prefix) has an impossible grid") }
      count = product
      grid.append(extent)
    }
    guard (kind == .pointwise) == !grid.isEmpty else {
      throw refuse("\(prefix) has a grid that its kind does not take")
    }
    let shift = try tensor("\(prefix).shift")
    let scale = try tensor("\(prefix).scale")
    guard shift.count == count, scale.count == count else {
      throw refuse("\(prefix) needs \(count) numbers, and \(shift.count) and \(scale.count) are stored")
    }
    let (shifts, scales) = (shift.doubles, scale.doubles)
    guard shifts.allSatisfy(\.isFinite), scales.allSatisfy({ $0.isFinite && $0 != 0 }) else {
      throw refuse("\(prefix) has a shift or scale that is not finite or zero")
    }
    self.init(kind: kind, channels: channels, grid: grid, shift: shifts, scale: scales)
  }

  private static func buffer(_ values: [Double]) -> HostBuffer {
    let buffer = HostBuffer(count: values.count, precision: .float64)
    for (i, value) in values.enumerated() { buffer[i] = value }
    return buffer
  }
}
