import Foundation

/// Bytes of a small torch file, built by hand so that every part of it can be spoilt.
struct ArchiveFixture {
  var pickle: [UInt8]
  var members: [(name: String, bytes: [UInt8])] = []
  var method: UInt8 = 0

  /// A dictionary with one tensor `w` of shape 2 × 3 over six floats 0 … 5.
  static var plain: ArchiveFixture {
    var values: [UInt8] = []
    for i in 0..<6 { withUnsafeBytes(of: Float(i).bitPattern.littleEndian) { values += $0 } }
    return ArchiveFixture(pickle: tensorPickle(), members: [("data/0", values)])
  }

  static func text(_ string: String) -> [UInt8] {
    [UInt8(ascii: "X"), UInt8(string.utf8.count), 0, 0, 0] + Array(string.utf8)
  }

  static func global(_ module: String, _ name: String) -> [UInt8] {
    [UInt8(ascii: "c")] + Array("\(module)\n\(name)\n".utf8)
  }

  static func integer(_ value: Int32) -> [UInt8] {
    [UInt8(ascii: "J")] + withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  /// `{"w": _rebuild_tensor_v2(storage, offset, shape, strides, False, OrderedDict())}`
  static func tensorPickle(
    offset: Int32 = 0, shape: [Int32] = [2, 3], strides: [Int32] = [3, 1], count: Int32 = 6,
    type: String = "FloatStorage", function: (String, String) = ("torch._utils", "_rebuild_tensor_v2")
  ) -> [UInt8] {
    var bytes: [UInt8] = [0x80, 2, UInt8(ascii: "}")] + text("w") + global(function.0, function.1)
    bytes.append(UInt8(ascii: "("))
    bytes += [UInt8(ascii: "(")] + text("storage") + global("torch", type) + text("0") + text("cpu")
    bytes += integer(count) + [UInt8(ascii: "t"), UInt8(ascii: "Q")]
    bytes +=
      integer(offset) + [UInt8(ascii: "(")] + shape.flatMap(integer) + [UInt8(ascii: "t"), UInt8(ascii: "(")]
    bytes += strides.flatMap(integer) + [UInt8(ascii: "t"), 0x89] + global("collections", "OrderedDict")
    bytes += [UInt8(ascii: ")"), UInt8(ascii: "R"), UInt8(ascii: "t"), UInt8(ascii: "R"), UInt8(ascii: "s")]
    return bytes + [UInt8(ascii: ".")]
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// The zip file.
  var bytes: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    let all = [(name: "data.pkl", bytes: pickle)] + members
    for member in all {
      let name = Array("archive/\(member.name)".utf8)
      let sizes = Self.little(member.bytes.count, 4) + Self.little(member.bytes.count, 4)
      let common =
        [UInt8(20), 0, 0, 0, method, 0, 0, 0, 0, 0, 0, 0, 0, 0] + sizes + Self.little(name.count, 2)
      directory += [0x50, 0x4B, 1, 2, 20, 0] + common + [UInt8](repeating: 0, count: 12)
      directory += Self.little(file.count, 4) + name
      file += [0x50, 0x4B, 3, 4] + common + [0, 0] + name + member.bytes
    }
    let end = Self.little(all.count, 2)
    return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + end + end + Self.little(directory.count, 4)
      + Self.little(file.count, 4) + [0, 0]
  }

  /// Writes the file and gives its path to `body`.
  func with<R>(_ body: (String) throws -> R) throws -> R { try Self.with(bytes, body) }

  static func with<R>(_ bytes: [UInt8], _ body: (String) throws -> R) throws -> R {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("opkit-\(UUID().uuidString).pt")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
  }
}
