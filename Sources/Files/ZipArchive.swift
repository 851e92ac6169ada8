/// A zip file in memory, as torch and NumPy write them: members stored as they are, or deflated.
///
/// Only the central directory is believed, and every place it names is checked against the file.
package struct ZipArchive {
  package struct Refusal: Error {
    package var reason: String

    package init(reason: String) { self.reason = reason }
  }

  /// Whether members may be compressed.
  package enum Compression {
    case refused
    case deflate
  }

  private struct Member {
    /// Its bytes in the file.
    var range: Range<Int>
    var size: Int
    var isDeflated: Bool
    var checksum: UInt32
  }

  private let members: [String: Member]
  private let bytes: [UInt8]

  /// Largest number of members.
  private static let maximumMembers = 100_000

  package init(_ bytes: [UInt8], compression: Compression) throws {
    self.bytes = bytes
    do {
      members = try ZipArchive.directory(bytes, compression)
    } catch is ByteReader.Exhausted {
      throw Refusal(reason: "its zip directory is cut short")
    }
  }

  /// Whether bytes begin as a zip file does.
  package static func isZip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

  package var names: [String] { members.keys.sorted() }

  /// A member's bytes as they stand in the file.
  package func member(_ name: String) -> ArraySlice<UInt8>? { members[name].map { bytes[$0.range] } }

  /// A member's content, inflated if need be and checked against its checksum.
  ///
  /// - Throws: ``Refusal``, before memory is taken if the size it announces cannot be in so few bytes.
  package func content(_ name: String) throws -> ArraySlice<UInt8> {
    guard let member = members[name] else { throw Refusal(reason: "it has no member '\(name)'") }
    let stored = bytes[member.range]
    let content = member.isDeflated ? try Deflate.inflated(stored, size: member.size, of: name)[...] : stored
    guard Deflate.checksum(content) == member.checksum else {
      throw Refusal(reason: "its member '\(name)' does not have the checksum that it should have")
    }
    return content
  }

  private static func directory(_ bytes: [UInt8], _ compression: Compression) throws -> [String: Member] {
    let signature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
    let first = max(0, bytes.count - 65_557)
    guard bytes.count >= 22,
      let end = (first...(bytes.count - 22)).last(where: { Array(bytes[$0..<($0 + 4)]) == signature })
    else { throw Refusal(reason: "it has no zip directory") }
    var tail = ByteReader(bytes[(end + 10)...])
    let count = Int(try tail.unsigned(2))
    _ = try tail.unsigned(4)
    let start = Int(try tail.unsigned(4))
    guard count != 0xFFFF, start != 0xFFFF_FFFF else {
      throw Refusal(reason: "it is a zip64 file, which holds more than 4 GB or 65534 members")
    }
    guard count <= maximumMembers, start <= end else { throw Refusal(reason: "its zip directory is damaged") }
    var reader = ByteReader(bytes[start..<end])
    var members: [String: Member] = [:]
    for _ in 0..<count {
      guard try reader.unsigned(4) == 0x0201_4B50 else {
        throw Refusal(reason: "its zip directory is damaged")
      }
      _ = try reader.take(6)
      let method = try reader.unsigned(2)
      _ = try reader.take(4)
      let checksum = UInt32(try reader.unsigned(4))
      let (packed, size) = (Int(try reader.unsigned(4)), Int(try reader.unsigned(4)))
      let lengths = (Int(try reader.unsigned(2)), Int(try reader.unsigned(2)), Int(try reader.unsigned(2)))
      _ = try reader.take(8)
      let offset = Int(try reader.unsigned(4))
      let name = String(decoding: try reader.take(lengths.0), as: UTF8.self)
      _ = try reader.take(lengths.1 + lengths.2)
      guard method == 0 || method == 8 else {
        throw Refusal(reason: "its member '\(name)' is compressed by method \(method), not by deflate")
      }
      guard method == 0 || compression == .deflate else {
        throw Refusal(reason: "its member '\(name)' is compressed, which torch never does")
      }
      guard method == 8 || packed == size else { throw Refusal(reason: "its zip directory is damaged") }
      guard offset < start else { throw Refusal(reason: "its member '\(name)' lies outside the file") }
      var local = ByteReader(bytes[offset..<start])
      guard try local.unsigned(4) == 0x0403_4B50 else {
        throw Refusal(reason: "its member '\(name)' does not begin where the directory says")
      }
      _ = try local.take(22)
      _ = try local.take(Int(try local.unsigned(2)) + Int(try local.unsigned(2)))
      guard packed <= start - local.position else {
        throw Refusal(reason: "its member '\(name)' lies outside the file")
      }
      let member = Member(
        range: local.position..<(local.position + packed), size: size, isDeflated: method == 8,
        checksum: checksum)
      guard members.updateValue(member, forKey: name) == nil else {
        throw Refusal(reason: "it has two members called '\(name)'")
      }
    }
    return members
  }
}
