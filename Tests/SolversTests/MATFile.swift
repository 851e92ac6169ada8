import CZlib
import Foundation

/// Real numeric arrays of a MATLAB 5 file, column-major as stored; what the reference solutions need and no more.
struct MATFile {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }
  struct Array {
    let dimensions: [Int]
    let values: [Double]
  }

  private(set) var arrays: [String: Array] = [:]

  init(path: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    guard bytes.count > 128, bytes[126] == 0x49, bytes[127] == 0x4D else {
      throw Failure(description: "\(path) is not a little-endian MATLAB 5 file")
    }
    var reader = ElementReader(bytes: bytes, position: 128)
    while let element = try reader.next() {
      if element.type == 15 {
        var inner = ElementReader(bytes: try Self.inflate(element.bytes), position: 0)
        if let matrix = try inner.next(), matrix.type == 14 { try read(matrix.bytes) }
      } else if element.type == 14 {
        try read(element.bytes)
      }
    }
  }

  subscript(name: String) -> Array {
    get throws {
      guard let array = arrays[name] else { throw Failure(description: "there is no array \(name)") }
      return array
    }
  }

  /// Sub-elements of a matrix: flags, extents, name, real part.
  private mutating func read(_ bytes: [UInt8]) throws {
    var reader = ElementReader(bytes: bytes, position: 0)
    guard try reader.next() != nil, let extents = try reader.next(), let name = try reader.next(),
      let data = try reader.next()
    else { throw Failure(description: "a matrix ends early") }
    let dimensions = extents.numbers.map { Int($0) }
    guard data.numbers.count == dimensions.reduce(1, *) else {
      throw Failure(description: "a matrix of \(dimensions) has \(data.numbers.count) numbers")
    }
    arrays[String(decoding: name.bytes, as: UTF8.self)] = Array(dimensions: dimensions, values: data.numbers)
  }

  /// The file does not say how long an inflated element is: try ever longer buffers.
  private static func inflate(_ bytes: [UInt8]) throws -> [UInt8] {
    var capacity = 4 * bytes.count + 1024
    while capacity < 1 << 28 {
      var length = uLongf(capacity)
      var result = [UInt8](repeating: 0, count: capacity)
      let status = uncompress(&result, &length, bytes, uLong(bytes.count))
      if status == Z_OK { return [UInt8](result.prefix(Int(length))) }
      guard status == Z_BUF_ERROR else { throw Failure(description: "zlib status \(status)") }
      capacity *= 4
    }
    throw Failure(description: "an element is larger than expected")
  }
}

private struct Element {
  let type: Int
  let bytes: [UInt8]

  /// The element as numbers of its storage type, which MATLAB makes as narrow as the values allow.
  var numbers: [Double] {
    func decode<T>(_: T.Type, _ convert: (T) -> Double) -> [Double] {
      bytes.withUnsafeBytes { raw in
        (0..<raw.count / MemoryLayout<T>.size).map {
          convert(raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self))
        }
      }
    }
    switch type {
    case 1: return decode(Int8.self) { Double($0) }
    case 2: return decode(UInt8.self) { Double($0) }
    case 3: return decode(Int16.self) { Double($0) }
    case 4: return decode(UInt16.self) { Double($0) }
    case 5: return decode(Int32.self) { Double($0) }
    case 6: return decode(UInt32.self) { Double($0) }
    case 7: return decode(Float.self) { Double($0) }
    case 9: return decode(Double.self) { $0 }
    default: return []
    }
  }
}

private struct ElementReader {
  let bytes: [UInt8]
  var position: Int

  /// The next tagged element; a nonzero upper half of the first word marks the short form.
  mutating func next() throws -> Element? {
    guard position + 8 <= bytes.count else { return nil }
    let first = word(position)
    let isShort = first >> 16 != 0
    let count = isShort ? first >> 16 : word(position + 4)
    let start = position + (isShort ? 4 : 8)
    guard start + count <= bytes.count else { throw MATFile.Failure(description: "an element ends early") }
    let type = isShort ? first & 0xFFFF : first
    // Elements are padded to 8 bytes, but for compressed ones.
    position = isShort ? position + 8 : start + (type == 15 ? count : (count + 7) / 8 * 8)
    return Element(type: type, bytes: [UInt8](bytes[start..<start + count]))
  }

  private func word(_ at: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
  }
}
