import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that a command shall read, checked before any work is done.
enum InputPath {
  /// - Parameter role: what the file should be, such as `a checkpoint`.
  /// - Throws: exit status 3 if there is no such file.
  static func check(_ path: String, is role: String) throws {
    switch OutputPath.kind(of: path) {
    case .file: return
    case .absent:
      throw Diagnostic(
        "input.missing", exit: .badInput, "there is no file '\(path)'", at: path,
        fix: "give the path of \(role) that exists")
    case .directory, .other:
      throw Diagnostic(
        "input.not-a-file", exit: .badInput, "'\(path)' is not a file", at: path,
        fix: "give the path of \(role)")
    }
  }

  /// The first `bytes` bytes of a text file; `nil` if it cannot be read.
  static func head(of path: String, bytes: Int) -> String? {
    text(of: path, bytes: bytes) { _ in 0 }
  }

  /// The last `bytes` bytes of a text file, or all of a shorter one; `nil` if it cannot be read.
  static func tail(of path: String, bytes: Int) -> String? {
    text(of: path, bytes: bytes) { size in max(0, size - bytes) }
  }

  private static func text(of path: String, bytes: Int, from offset: (_ size: Int) -> Int) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let start = offset(Int(lseek(descriptor, 0, SEEK_END)))
    var buffer = [UInt8](repeating: 0, count: bytes)
    let count = pread(descriptor, &buffer, bytes, off_t(start))
    return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
  }
}

/// What a file says is not what the user wrote: errors of reading it are those of an input, exit status 3.
func asInput<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as any Diagnosable {
    let found = error.diagnostic
    if found.exitCode != .usage { throw error }
    throw Diagnostic(
      "input.damaged", exit: .badInput, found.summary, at: path, why: found.reason,
      fix: "use a file that this version of opkit wrote completely")
  }
}
