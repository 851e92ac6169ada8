import Tensors

/// Doubles that a transform may read and write: owned, zero-initialised, aligned to 64 bytes.
///
/// Complex numbers are stored as interleaved (re, im) pairs. A work array belongs to one worker; it is
/// not `Sendable`, unlike the transforms, which are shared.
public final class WorkArray {
  /// Number of doubles.
  public let count: Int
  /// Start of the memory, aligned to 64 bytes.
  public let pointer: UnsafeMutablePointer<Double>
  private let storage: HostBuffer

  public init(count: Int) {
    self.count = count
    storage = HostBuffer(count: count, precision: .float64)
    pointer = storage.base.bindMemory(to: Double.self, capacity: max(1, count))
  }

  /// An array that starts with the given values.
  public convenience init(_ values: [Double]) {
    self.init(count: values.count)
    for i in values.indices { pointer[i] = values[i] }
  }

  /// Element `i`, checked; loops that matter use ``pointer``.
  public subscript(i: Int) -> Double {
    get {
      precondition(i >= 0 && i < count, "index out of range")
      return pointer[i]
    }
    set {
      precondition(i >= 0 && i < count, "index out of range")
      pointer[i] = newValue
    }
  }

  /// A copy of all elements.
  public var values: [Double] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// Takes over all elements of an array of the same length.
  public func copy(from other: WorkArray) {
    precondition(other.count == count, "arrays differ in length")
    pointer.update(from: other.pointer, count: count)
  }

  public func fill(_ value: Double) { pointer.update(repeating: value, count: count) }
}
