import Files
import Foundation

/// A zip file whose members are stored without compression, which is how torch writes its files.
///
/// Only the central directory is believed, and every place it names is checked against the file.
struct ZipArchive {
  struct Refusal: Error { var reason: String }

  /// A member's bytes in the file.
  private let members: [String: Range<Int>]
  private let bytes: [UInt8]

  /// Largest number of members.
  private static let maximumMembers = 100_000

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    do {
      members = try ZipArchive.directory(bytes)
    } catch is ByteReader.Exhausted {
      throw Refusal(reason: "its zip directory is cut short")
    }
  }

  /// Whether bytes begin as a zip file does.
  static func isZip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

  var names: [String] { members.keys.sorted() }

  func member(_ name: String) -> ArraySlice<UInt8>? { members[name].map { bytes[$0] } }

  private static func directory(_ bytes: [UInt8]) throws -> [String: Range<Int>] {
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
    var members: [String: Range<Int>] = [:]
    for _ in 0..<count {
      guard try reader.unsigned(4) == 0x0201_4B50 else {
        throw Refusal(reason: "its zip directory is damaged")
      }
      _ = try reader.take(6)
      let method = try reader.unsigned(2)
      _ = try reader.take(8)
      let (packed, size) = (Int(try reader.unsigned(4)), Int(try reader.unsigned(4)))
      let lengths = (Int(try reader.unsigned(2)), Int(try reader.unsigned(2)), Int(try reader.unsigned(2)))
      _ = try reader.take(8)
      let offset = Int(try reader.unsigned(4))
      let name = String(decoding: try reader.take(lengths.0), as: UTF8.self)
      _ = try reader.take(lengths.1 + lengths.2)
      guard method == 0, packed == size else {
        throw Refusal(reason: "its member '\(name)' is compressed, which torch never does")
      }
      guard offset < start else { throw Refusal(reason: "its member '\(name)' lies outside the file") }
      var local = ByteReader(bytes[offset..<start])
      guard try local.unsigned(4) == 0x0403_4B50 else {
        throw Refusal(reason: "its member '\(name)' does not begin where the directory says")
      }
      _ = try local.take(22)
      _ = try local.take(Int(try local.unsigned(2)) + Int(try local.unsigned(2)))
      guard size <= start - local.position else {
        throw Refusal(reason: "its member '\(name)' lies outside the file")
      }
      guard members.updateValue(local.position..<(local.position + size), forKey: name) == nil else {
        throw Refusal(reason: "it has two members called '\(name)'")
      }
    }
    return members
  }
}
