import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears complete or not at all.
///
/// Bytes go to a temporary file in the same directory; ``commit()`` flushes it to the device, renames it to
/// its final name and flushes the directory. Anything else (an error, ``abandon()``, release) removes the
/// temporary file. Files of the same name left behind by killed processes are removed at the start.
///
/// Errors are ``FilesError`` and end as exit status 4.
public final class AtomicFile {
  /// Final name.
  public let path: String
  /// Name while it is being written: `.<name>.<host>.<pid>.<n>.opkit-tmp`. Libraries that open files
  /// themselves write to it and close it before ``commit()``.
  public let temporaryPath: String

  private let directory: String
  private let overwrite: Bool
  private var descriptor: Int32
  private static let counter = Atomic<Int>(0)
  private static let suffix = ".opkit-tmp"

  /// Whether a name is that of a file that is being written, or that a killed process did not finish.
  public static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(suffix) }
  /// A limit on file sizes makes a write fail, rather than end the process with files half-written.
  private static let sizeLimitIsAnError: Bool = {
    signal(SIGXFSZ, SIG_IGN)
    return true
  }()

  /// Creates the temporary file with the mode that the umask gives to ordinary files.
  ///
  /// - Parameters:
  ///   - path: final name; its directory must exist.
  ///   - overwrite: whether an existing file of that name may be replaced.
  public init(path: String, overwrite: Bool = false) throws {
    guard !path.isEmpty, !path.utf8.contains(0), path.utf8.last != UInt8(ascii: "/") else {
      throw FilesError.cannotWrite(path: path, action: "create", reason: "this is not the name of a file")
    }
    if let kind = fileKind(at: path) {
      guard kind.isRegular else { throw FilesError.notRegular(path: path, kind: kind.words) }
      guard overwrite else { throw FilesError.exists(path: path) }
    }
    _ = AtomicFile.sizeLimitIsAnError
    let (directory, name) = AtomicFile.split(path)
    let stem = ".\(AtomicFile.shortened(name)).\(AtomicFile.hostName)."
    AtomicFile.removeStale(in: directory, stem: stem)
    let number = AtomicFile.counter.add(1, ordering: .relaxed).newValue
    let temporary = directory + "/" + stem + "\(getpid()).\(number)" + AtomicFile.suffix
    descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    self.path = path
    self.directory = directory
    self.overwrite = overwrite
    temporaryPath = temporary
    guard descriptor >= 0 else {
      let code = errno
      let missing = code == ENOENT ? "the directory '\(directory)' does not exist" : systemErrorText(code)
      throw FilesError.cannotWrite(path: path, action: "create", reason: missing)
    }
  }

  deinit { abandon() }

  /// Refuses a file that its file system has no room for, before work is spent on it.
  ///
  /// - Parameter bytes: the size to come; an overflow counts as too much.
  public func checkSpace(forBytes bytes: (partialValue: Int, overflow: Bool)) throws {
    var status = statvfs()
    guard descriptor >= 0, fstatvfs(descriptor, &status) == 0 else { return }
    let (free, isHuge) = Int(clamping: status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
    if isHuge || (!bytes.overflow && bytes.partialValue <= free) { return }
    abandon()
    let needed = bytes.overflow ? "more than 2^63" : "\(bytes.partialValue)"
    throw FilesError.cannotWrite(
      path: path, action: "write", reason: "it takes \(needed) bytes, and \(free) are free there")
  }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    precondition(descriptor >= 0, "written after commit or abandon")
    let code = writeFully(bytes, to: descriptor)
    if code != 0 { throw failure("write", code) }
  }

  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

  /// Makes the file appear under its final name, on the device.
  public func commit() throws {
    precondition(descriptor >= 0, "committed twice, or after abandon")
    let flushed = synchronize(descriptor)
    if flushed != 0 { throw failure("flush", flushed) }
    if !overwrite, fileKind(at: path) != nil {
      abandon()
      throw FilesError.exists(path: path)
    }
    if rename(temporaryPath, path) != 0 { throw failure("rename the finished file to", errno) }
    close(descriptor)
    descriptor = -1
    try AtomicFile.synchronizeDirectory(directory, for: path)
  }

  /// Removes what was written; does nothing after ``commit()``.
  public func abandon() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    unlink(temporaryPath)
  }

  /// Writes a whole file at once.
  public static func write(_ bytes: [UInt8], to path: String, overwrite: Bool) throws {
    let file = try AtomicFile(path: path, overwrite: overwrite)
    try file.write(bytes)
    try file.commit()
  }

  /// Writes a whole text file at once, as UTF-8.
  public static func write(_ text: String, to path: String, overwrite: Bool) throws {
    try write(Array(text.utf8), to: path, overwrite: overwrite)
  }

  private func failure(_ action: String, _ code: Int32) -> FilesError {
    let reason = systemErrorText(code)
    abandon()
    return .cannotWrite(path: path, action: action, reason: reason)
  }

  private static func synchronizeDirectory(_ directory: String, for path: String) throws {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }  // searchable but not readable: the rename itself has happened
    defer { close(descriptor) }
    let code = synchronize(descriptor)
    // Some file systems know no flush of a directory.
    if code != 0, code != EINVAL, code != EROFS, code != ENOTSUP {
      throw FilesError.cannotWrite(
        path: path, action: "flush the directory of", reason: systemErrorText(code))
    }
  }

  private static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let directory = path[..<slash]
    return (directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...]))
  }

  /// The name, cut so that the temporary name stays below the usual limit of 255 bytes.
  private static func shortened(_ name: String) -> String {
    var result = ""
    for character in name {
      if result.utf8.count + character.utf8.count > 120 { break }
      result.append(character)
    }
    return result
  }

  private static let hostName: String = {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, 255) == 0 else { return "host" }
    let name = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let kept = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    return kept.isEmpty ? "host" : String(kept.prefix(60))
  }()

  /// Removes temporary files of this name and host whose process is gone.
  private static func removeStale(in directory: String, stem: String) {
    guard let stream = opendir(directory) else { return }
    defer { closedir(stream) }
    var stale: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasPrefix(stem), name.hasSuffix(suffix) else { continue }
      let parts = name.dropFirst(stem.count).split(separator: ".")
      guard parts.count == 3, let process = pid_t(parts[0]), process > 0 else { continue }
      if kill(process, 0) != 0, errno == ESRCH { stale.append(name) }
    }
    for name in stale { unlink(directory + "/" + name) }
  }
}
