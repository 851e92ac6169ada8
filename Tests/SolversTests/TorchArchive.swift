import Foundation
import Testing

/// Number arrays of a torch file: a zip archive whose members are not compressed.
///
/// Shapes and strides stand in a pickle, which is not read: callers know them.
struct TorchArchive {
  private let data: Data
  private var members: [String: Range<Int>] = [:]

  init(path: String) throws {
    data = try Data(contentsOf: URL(fileURLWithPath: path))
    // The end record names the directory, whose entries name the members' local headers.
    let end = data.count - 22
    try #require(end >= 0 && number(end, 4) == 0x0605_4b50)
    var at = number(end + 16, 4)
    while number(at, 4) == 0x0201_4b50 {
      let (size, nameLength, start) = (number(at + 24, 4), number(at + 28, 2), number(at + 42, 4))
      try #require(number(at + 10, 2) == 0, "a member is compressed")
      let name = String(decoding: data[at + 46..<at + 46 + nameLength], as: UTF8.self)
      let content = start + 30 + number(start + 26, 2) + number(start + 28, 2)
      members[name] = content..<content + size
      at += 46 + nameLength + number(at + 30, 2) + number(at + 32, 2)
    }
  }

  /// The 64-bit numbers of the member that ends in `suffix`, as stored.
  func doubles(_ suffix: String) throws -> [Double] {
    let range = try #require(members.first { $0.key.hasSuffix(suffix) }).value
    return data.withUnsafeBytes { raw in
      (0..<range.count / 8).map {
        raw.loadUnaligned(fromByteOffset: range.lowerBound + 8 * $0, as: Double.self)
      }
    }
  }

  private func number(_ offset: Int, _ bytes: Int) -> Int {
    (0..<bytes).reduce(0) { $0 | Int(data[offset + $1]) << (8 * $1) }
  }
}
