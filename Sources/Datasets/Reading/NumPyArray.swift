import Files
import Tensors

/// The numbers of a NumPy array as they are stored: element type, order, shape, bytes.
struct NumPyArray {
  let shape: [Int]
  /// Element type as NumPy writes it, such as `<f8`.
  let descriptor: String
  private let format: ElementFormat?
  /// Elements from one index to the next, along every axis.
  private let strides: [Int]
  private let bytes: ArraySlice<UInt8>

  /// - Throws: `ZipArchive.Refusal` if the bytes are fewer than the shape says.
  init(shape: [Int], descriptor: String, isFortran: Bool, bytes: ArraySlice<UInt8>) throws {
    self.shape = shape
    self.descriptor = descriptor
    self.bytes = bytes
    format = ElementFormat(descriptor)
    var strides = shape
    var count = 1
    for axis in isFortran ? Array(shape.indices) : shape.indices.reversed() {
      strides[axis] = count
      let (product, overflow) = count.multipliedReportingOverflow(by: shape[axis])
      guard shape[axis] >= 0, !overflow else { throw ZipArchive.Refusal(reason: "its shape is impossible") }
      count = product
    }
    self.strides = strides
    guard let format else { return }
    let (needed, overflow) = count.multipliedReportingOverflow(by: format.byteCount)
    guard !overflow, needed <= bytes.count else {
      throw ZipArchive.Refusal(reason: "shape \(shape) of \(descriptor) needs more bytes than there are")
    }
  }

  var element: ElementType { format?.element ?? .other(descriptor) }

  /// Reads a box, row-major.
  ///
  /// - Precondition: the array is numeric, the box lies inside it, and `target` holds the product of `count`.
  func read(start: [Int], count: [Int], precision: Precision, into target: UnsafeMutableRawPointer) {
    switch precision {
    case .float32: read(start, count, into: target.assumingMemoryBound(to: Float.self))
    case .float64: read(start, count, into: target.assumingMemoryBound(to: Double.self))
    }
  }

  private func read<Scalar: BinaryFloatingPoint>(
    _ start: [Int], _ count: [Int], into target: UnsafeMutablePointer<Scalar>
  ) {
    precondition(start.count == shape.count && count.count == shape.count, "box of another rank")
    for axis in shape.indices {
      precondition(start[axis] >= 0 && count[axis] >= 0 && start[axis] <= shape[axis] - count[axis])
    }
    guard let format, !count.contains(0) else { return }
    let (length, step) = (count.last ?? 1, strides.last ?? 1)
    var index = [Int](repeating: 0, count: max(0, count.count - 1))
    var place = zip(start, strides).reduce(0) { $0 + $1.0 * $1.1 }
    var next = target
    bytes.withUnsafeBytes { stored in
      while true {
        for i in 0..<length { next[i] = Scalar(format.number(stored, (place + i * step) * format.byteCount)) }
        next += length
        var axis = index.count - 1
        while axis >= 0 {
          index[axis] += 1
          place += strides[axis]
          if index[axis] < count[axis] { break }
          place -= strides[axis] * count[axis]
          index[axis] = 0
          axis -= 1
        }
        if axis < 0 { return }
      }
    }
  }
}

/// How one element becomes a number.
private struct ElementFormat {
  let byteCount: Int
  let element: ElementType
  let number: (_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Double

  /// - Parameter descriptor: order of bytes, kind, bytes; nil for what is no real number.
  init?(_ descriptor: String) {
    let letters = Array(descriptor)
    guard letters.count == 3, let order = letters.first, "<>|=".contains(order),
      let size = letters[2].wholeNumberValue
    else { return nil }
    let isSwapped = order == ">"
    byteCount = size
    func bits<Word: FixedWidthInteger>(_: Word.Type) -> (UnsafeRawBufferPointer, Int) -> Word {
      { bytes, offset in
        let word = bytes.loadUnaligned(fromByteOffset: offset, as: Word.self)
        return isSwapped ? Word(bigEndian: word) : Word(littleEndian: word)
      }
    }
    func integer<Word: FixedWidthInteger>(_ type: Word.Type) -> (UnsafeRawBufferPointer, Int) -> Double {
      let word = bits(type)
      return { Double(word($0, $1)) }
    }
    switch (letters[1], size) {
    case ("f", 4):
      let word = bits(UInt32.self)
      (element, number) = (.float(bytes: 4), { Double(Float(bitPattern: word($0, $1))) })
    case ("f", 8):
      let word = bits(UInt64.self)
      (element, number) = (.float(bytes: 8), { Double(bitPattern: word($0, $1)) })
    case ("i", 1): (element, number) = (.integer(bytes: 1, signed: true), integer(Int8.self))
    case ("i", 2): (element, number) = (.integer(bytes: 2, signed: true), integer(Int16.self))
    case ("i", 4): (element, number) = (.integer(bytes: 4, signed: true), integer(Int32.self))
    case ("i", 8): (element, number) = (.integer(bytes: 8, signed: true), integer(Int64.self))
    case ("u", 1), ("b", 1): (element, number) = (.integer(bytes: 1, signed: false), integer(UInt8.self))
    case ("u", 2): (element, number) = (.integer(bytes: 2, signed: false), integer(UInt16.self))
    case ("u", 4): (element, number) = (.integer(bytes: 4, signed: false), integer(UInt32.self))
    case ("u", 8): (element, number) = (.integer(bytes: 8, signed: false), integer(UInt64.self))
    default: return nil
    }
  }
}
