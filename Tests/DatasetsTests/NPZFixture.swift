import CZlib
import Foundation

/// A zip file of NumPy arrays, built by hand so that every part of it can be chosen.
struct NPZFixture {
  var members: [(name: String, bytes: [UInt8])] = []
  let isDeflated: Bool

  init(isDeflated: Bool) { self.isDeflated = isDeflated }

  static func little<Word: FixedWidthInteger>(_ value: Word) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  mutating func add(
    _ name: String, _ descriptor: String, _ shape: [Int], _ values: [UInt8], isFortran: Bool = false
  ) {
    let extents = shape.map { "\($0)," }.joined(separator: " ")
    let header =
      "{'descr': '\(descriptor)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': (\(extents)), }\n"
    members.append(
      (
        name + ".npy",
        [0x93] + Array("NUMPY".utf8) + [1, 0] + Self.little(UInt16(header.utf8.count)) + Array(header.utf8)
          + values
      ))
  }

  /// A raw deflate stream.
  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(
      &stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var (input, output) = (bytes, [UInt8](repeating: 0, count: bytes.count + 64))
    input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        (stream.next_in, stream.avail_in) = (source.baseAddress, UInt32(source.count))
        (stream.next_out, stream.avail_out) = (target.baseAddress, UInt32(target.count))
        deflate(&stream, Z_FINISH)
      }
    }
    return Array(output[..<Int(stream.total_out)])
  }

  var bytes: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, content) in members {
      let stored = isDeflated ? Self.deflated(content) : content
      let checksum = UInt32(crc32(0, content, UInt32(content.count)))
      let common =
        [UInt8(20), 0, 0, 0, isDeflated ? 8 : 0, 0, 0, 0, 0, 0] + Self.little(checksum)
        + Self.little(UInt32(stored.count)) + Self.little(UInt32(content.count))
        + Self.little(UInt16(name.utf8.count))
      directory += [0x50, 0x4B, 1, 2, 20, 0] + common + [UInt8](repeating: 0, count: 12)
      directory += Self.little(UInt32(file.count)) + Array(name.utf8)
      file += [0x50, 0x4B, 3, 4] + common + [0, 0] + Array(name.utf8) + stored
    }
    let count = Self.little(UInt16(members.count))
    return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
      + Self.little(UInt32(directory.count)) + Self.little(UInt32(file.count)) + [0, 0]
  }

  func write(to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
}
