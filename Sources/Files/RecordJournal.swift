import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Numbered records of equal size that survive the death of the process which appends them.
///
/// The file starts with an identity (64 characters, a digest of what the records mean) and the record size;
/// every record carries its number and a checksum. When it is opened again, whole records are found by number
/// and a torn or damaged tail is cut off. Records come in any order and from any thread; one process holds the
/// file at a time. Errors are ``FilesError`` and end as exit status 4.
public final class RecordJournal: Sendable {
  public let path: String
  public let recordBytes: Int
  private let descriptor: Int32
  private let state: Mutex<State>

  private struct State {
    /// Place of the bytes of a record, by its number.
    var places: [Int: Int] = [:]
    var end = 0
  }

  private static let magic = "opkit-journal-1\n"
  private static var headerBytes: Int { magic.utf8.count + 64 + 8 }
  private var stride: Int { 16 + recordBytes }

  /// Opens or makes the journal.
  ///
  /// - Parameters:
  ///   - identity: 64 ASCII characters; records of another identity are never mixed in.
  ///   - recordBytes: size of a record.
  /// - Throws: ``FilesError/foreignJournal(path:)`` if the file was made by other work,
  ///   ``FilesError/inUse(path:)`` if another process appends to it.
  public init(path: String, identity: String, recordBytes: Int) throws {
    precondition(identity.utf8.count == 64 && recordBytes > 0 && recordBytes < 1 << 40)
    self.path = path
    self.recordBytes = recordBytes
    if let kind = fileKind(at: path), !kind.isRegular {
      throw FilesError.notRegular(path: path, kind: kind.words)
    }
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard file >= 0 else {
      throw FilesError.cannotWrite(path: path, action: "open", reason: systemErrorText(errno))
    }
    do {
      guard try lockAlone(file, path: path) else { throw FilesError.inUse(path: path) }
      let header = RecordJournal.header(identity: identity, recordBytes: recordBytes)
      state = Mutex(try RecordJournal.scan(file, path, header, recordBytes))
    } catch {
      close(file)
      throw error
    }
    descriptor = file
  }

  deinit { close(descriptor) }

  /// Records that are held.
  public var count: Int { state.withLock { $0.places.count } }

  /// The bytes of a record, or `nil` if it has not been appended.
  public func read(_ number: Int) throws -> [UInt8]? {
    guard let place = state.withLock({ $0.places[number] }) else { return nil }
    var bytes = [UInt8](repeating: 0, count: recordBytes)
    let code = bytes.withUnsafeMutableBytes { readFully($0, from: descriptor, at: place) }
    guard code == 0 else { throw FilesError.cannotRead(path: path, reason: systemErrorText(code)) }
    return bytes
  }

  /// Adds a record; one of the same number is replaced.
  public func append(_ number: Int, _ bytes: [UInt8]) throws {
    precondition(bytes.count == recordBytes, "a record of another size")
    let head = littleEndian(UInt64(bitPattern: Int64(number)))
    let record = head + bytes + littleEndian(RecordJournal.checksum(head + bytes))
    try state.withLock { state in
      lseek(descriptor, off_t(state.end), SEEK_SET)
      let code = record.withUnsafeBytes { writeFully($0, to: descriptor) }
      guard code == 0 else {
        throw FilesError.cannotWrite(path: path, action: "write", reason: systemErrorText(code))
      }
      state.places[number] = state.end + 8
      state.end += stride
    }
  }

  /// Removes the file: what it was kept for is done.
  public func remove() { unlink(path) }

  private static func header(identity: String, recordBytes: Int) -> [UInt8] {
    Array((magic + identity).utf8) + littleEndian(UInt64(recordBytes))
  }

  /// Finds the whole records of an existing file and cuts the rest off; writes the header of a new one.
  private static func scan(_ file: Int32, _ path: String, _ header: [UInt8], _ recordBytes: Int) throws
    -> State
  {
    func failure(_ action: String, _ code: Int32) -> FilesError {
      .cannotWrite(path: path, action: action, reason: systemErrorText(code))
    }
    let size = Int(lseek(file, 0, SEEK_END))
    var state = State()
    state.end = header.count
    var found = [UInt8](repeating: 0, count: min(size, header.count))
    let code = found.withUnsafeMutableBytes { readFully($0, from: file, at: 0) }
    guard code == 0 else { throw failure("read", code) }
    // A process may have died while it wrote the header.
    guard header.starts(with: found) else { throw FilesError.foreignJournal(path: path) }
    if size < header.count {
      lseek(file, 0, SEEK_SET)
      let code = header.withUnsafeBytes { writeFully($0, to: file) }
      guard code == 0 else { throw failure("write", code) }
      return state
    }
    let stride = 16 + recordBytes
    var record = [UInt8](repeating: 0, count: stride)
    while size - state.end >= stride {
      let code = record.withUnsafeMutableBytes { readFully($0, from: file, at: state.end) }
      guard code == 0 else { throw failure("read", code) }
      guard checksum(record.dropLast(8)) == number(record.suffix(8)) else { break }
      state.places[Int(truncatingIfNeeded: number(record.prefix(8)))] = state.end + 8
      state.end += stride
    }
    guard ftruncate(file, off_t(state.end)) == 0 else { throw failure("shorten", errno) }
    return state
  }

  /// FNV-1a, 64 bits: tells torn and stale bytes from whole records.
  private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var sum: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return sum
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

private func littleEndian(_ number: UInt64) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}
