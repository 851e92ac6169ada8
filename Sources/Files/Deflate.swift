import CZlib

/// The compression of zip members.
enum Deflate {
  /// A deflated byte stands for at most this many.
  private static let greatestRatio = 1032

  /// The content of a deflated member (RFC 1951, without a header).
  ///
  /// - Throws: `ZipArchive.Refusal` unless it has exactly the announced size.
  static func inflated(_ packed: ArraySlice<UInt8>, size: Int, of name: String) throws -> [UInt8] {
    let damaged = ZipArchive.Refusal(reason: "its member '\(name)' cannot be decompressed")
    // zlib counts in 32 bits, as the directory does.
    guard size <= packed.count * greatestRatio, size <= Int(UInt32.max), packed.count <= Int(UInt32.max)
    else {
      throw damaged
    }
    var stream = z_stream()
    guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw damaged
    }
    defer { inflateEnd(&stream) }
    var input = Array(packed)
    // One byte more, so that a stream that goes on is noticed.
    var output = [UInt8](repeating: 0, count: size + 1)
    let code = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(clamping: target.count)
        return inflate(&stream, Z_FINISH)
      }
    }
    guard code == Z_STREAM_END, Int(stream.total_out) == size else { throw damaged }
    output.removeLast()
    return output
  }

  /// CRC-32 as zip files have it.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer { buffer in
      UInt32(truncatingIfNeeded: crc32_z(0, buffer.baseAddress, buffer.count))
    }
  }
}
