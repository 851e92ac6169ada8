import CPNG

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Canvas {
  /// The picture as a PNG file, RGB with eight bits a channel.
  ///
  /// Encoded by libpng's simplified interface, which reports errors in its result: the classical
  /// interface would leave through `longjmp`, which Swift frames do not survive.
  ///
  /// - Throws: `PlottingError.encodingFailed` with libpng's words.
  public func encodedPNG() throws -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(width)
    image.height = UInt32(height)
    image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
    defer { png_image_free(&image) }
    // Deflate grows incompressible data by less than 1/64; a chunk of 8 KiB has a frame of 12 bytes.
    let raw = (3 * width + 1) * height
    var size = png_alloc_size_t(raw + raw / 64 + 65_536)
    var bytes = [UInt8](repeating: 0, count: Int(size))
    guard png_image_write_to_memory(&image, &bytes, &size, 0, pixels, 0, nil) != 0 else {
      let message = withUnsafeBytes(of: &image.message) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw PlottingError.encodingFailed(message: message)
    }
    bytes.removeLast(bytes.count - Int(size))
    return bytes
  }

  /// Writes the picture to a file, replacing it as a whole: a reader sees the old file or the new one.
  ///
  /// - Throws: `PlottingError.cannotWrite` (exit status 4); nothing is left behind.
  public func write(to path: String) throws {
    let bytes = try encodedPNG()
    let temporary = "\(path).\(getpid()).part"
    func failure(_ operation: String, _ code: Int32 = errno) -> PlottingError {
      .cannotWrite(path: path, operation: operation, message: String(cString: strerror(code)))
    }
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("creating '\(temporary)'") }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { posixWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let code = errno
        close(descriptor)
        unlink(temporary)
        throw failure("writing '\(temporary)'", code)
      }
      written += count
    }
    let synchronised = fsync(descriptor)
    let synchronisationCode = errno
    guard close(descriptor) == 0, synchronised == 0 else {
      let code = synchronised == 0 ? errno : synchronisationCode
      unlink(temporary)
      throw failure("saving '\(temporary)'", code)
    }
    guard rename(temporary, path) == 0 else {
      let code = errno
      unlink(temporary)
      throw failure("renaming '\(temporary)'", code)
    }
  }
}

/// The system call, which `Canvas.write(to:)` hides inside of the type.
private func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
