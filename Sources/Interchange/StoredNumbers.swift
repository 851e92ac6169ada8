import Files

/// Numbers of a strided tensor out of the bytes of its storage.
enum StoredNumbers {
  struct Refusal: Error { var reason: String }

  /// Reads a tensor; every index is checked against the storage before any memory is taken.
  static func tensor(
    _ description: TensorDescription, storage: (_ key: String) -> ArraySlice<UInt8>?
  ) throws -> ForeignTensor {
    let source = description.storage
    guard let element = Element(rawValue: source.type) else {
      throw Refusal(reason: "its numbers are \(source.type), and only floating-point ones are read")
    }
    guard let bytes = storage(source.key) else {
      throw Refusal(reason: "its storage '\(source.key)' is missing")
    }
    let (needed, overflow) = source.count.multipliedReportingOverflow(by: element.byteCount)
    guard !overflow, needed <= bytes.count else { throw Refusal(reason: "its storage is cut short") }
    let count = try checkedCount(description)
    var numbers: [Double] = []
    numbers.reserveCapacity(count * element.parts)
    var index = [Int](repeating: 0, count: description.shape.count)
    var place = description.offset
    let width = element.byteCount / element.parts
    for _ in 0..<count {
      for part in 0..<element.parts {
        let start = bytes.startIndex + place * element.byteCount + part * width
        numbers.append(element.number(bytes[start..<(start + width)]))
      }
      for axis in index.indices.reversed() {
        index[axis] += 1
        place += description.strides[axis]
        if index[axis] < description.shape[axis] { break }
        place -= description.strides[axis] * description.shape[axis]
        index[axis] = 0
      }
    }
    return ForeignTensor(shape: description.shape, isComplex: element.parts == 2, numbers: numbers)
  }

  /// The number of elements, if all of them lie in the storage.
  private static func checkedCount(_ t: TensorDescription) throws -> Int {
    let damaged = Refusal(
      reason: "its shape \(t.shape) does not lie in its storage of \(t.storage.count) numbers")
    guard t.offset >= 0, t.shape.allSatisfy({ $0 >= 0 }), t.strides.allSatisfy({ $0 >= 0 }) else {
      throw damaged
    }
    if t.shape.contains(0) { return 0 }
    var (count, last) = (1, t.offset)
    for (extent, stride) in zip(t.shape, t.strides) {
      let (product, tooMany) = count.multipliedReportingOverflow(by: extent)
      let (reach, tooFar) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (end, tooLong) = last.addingReportingOverflow(reach)
      guard !tooMany, !tooFar, !tooLong else { throw damaged }
      (count, last) = (product, end)
    }
    guard last < t.storage.count, count <= t.storage.count else { throw damaged }
    return count
  }

  private enum Element: String {
    case float32 = "FloatStorage"
    case float64 = "DoubleStorage"
    case complex64 = "ComplexFloatStorage"
    case complex128 = "ComplexDoubleStorage"

    var byteCount: Int {
      switch self {
      case .float32: 4
      case .float64, .complex64: 8
      case .complex128: 16
      }
    }
    /// Real numbers in an element.
    var parts: Int { self == .complex64 || self == .complex128 ? 2 : 1 }

    func number(_ bytes: ArraySlice<UInt8>) -> Double {
      let bits = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return bytes.count == 4 ? Double(Float(bitPattern: UInt32(bits))) : Double(bitPattern: bits)
    }
  }
}
