/// A cursor over bytes that refuses to leave them.
package struct ByteReader {
  /// The bytes end before what they announce.
  package struct Exhausted: Error {}

  private let bytes: ArraySlice<UInt8>
  package private(set) var position: Int

  package init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  package mutating func byte() throws(Exhausted) -> UInt8 {
    guard position < bytes.endIndex else { throw Exhausted() }
    defer { position += 1 }
    return bytes[position]
  }

  package mutating func take(_ count: Int) throws(Exhausted) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.endIndex - position else { throw Exhausted() }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  /// A little-endian unsigned integer of up to eight bytes.
  package mutating func unsigned(_ count: Int) throws(Exhausted) -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The bytes before the next line feed, which is passed.
  package mutating func line() throws(Exhausted) -> ArraySlice<UInt8> {
    guard let end = bytes[position...].firstIndex(of: 10) else { throw Exhausted() }
    defer { position = end + 1 }
    return bytes[position..<end]
  }
}
