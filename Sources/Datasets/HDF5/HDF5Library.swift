import CHDF5
import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A call of libhdf5 that failed, with the library's own words.
struct HDF5Failure: Error, Equatable {
  /// What was attempted, such as `open the dataset`.
  var action: String
  var reason: String
}

/// The door to libhdf5: one recursive lock around every call, silent library, no plug-ins.
///
/// The library is not thread-safe in its default build, so all calls of the process pass here.
package enum HDF5 {
  /// Runs calls of the library while no other thread can.
  package static func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock.acquire()
    defer { lock.release() }
    prepared
    opkit_h5_silence()
    return try body()
  }

  /// A call that returns an identifier or a number, negative on failure.
  @discardableResult
  static func check<Number: SignedInteger>(_ action: String, _ body: () -> Number) throws -> Number {
    try locked {
      let result = body()
      if result < 0 { throw failure(action) }
      return result
    }
  }

  /// A call that returns an identifier that must be closed.
  ///
  /// Never inlined: the optimiser of Swift 6.3.1 frees an identifier twice that it sees being made and released.
  @inline(never)
  static func open(_ action: String, _ kind: HDF5Identifier.Kind, _ body: () -> hid_t) throws
    -> HDF5Identifier
  {
    HDF5Identifier(try check(action, body), kind)
  }

  /// The failure of the last call, taken from the error stack.
  static func failure(_ action: String) -> HDF5Failure {
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
      buffer[0] = 0
      opkit_h5_take_error(buffer.baseAddress, buffer.count)
      return buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
    return HDF5Failure(action: action, reason: sentence(text))
  }

  /// The library's text; of a failed system call only the system's own words.
  private static func sentence(_ text: String) -> String {
    if text.isEmpty { return "the HDF5 library gives no reason" }
    guard let mark = text.firstRange(of: "errno = ") else { return "HDF5: \(text)" }
    let code = Int32(text[mark.upperBound...].prefix { $0.isNumber }) ?? 0
    let what = text.prefix { $0 != ":" }
    return "\(systemErrorText(code)) (HDF5: \(what))"
  }

  /// Version of the linked library, such as `1.10.8`.
  package static let version: String = locked {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    H5get_libversion(&major, &minor, &release)
    return "\(major).\(minor).\(release)"
  }

  private static let lock = RecursiveLock()
  /// Filters come from the library alone: no code is loaded because a file asks for it. No clean-up at exit
  /// either: every file is closed by its owner, and after a damaged file the library's own prints warnings.
  private static let prepared: Void = {
    _ = H5dont_atexit()
    _ = H5open()
    _ = H5PLset_loading_state(0)
  }()

  /// Ends the process without the library's clean-up, with the status that it was to end with.
  ///
  /// Needed if the library was first used elsewhere, which registers that clean-up: it would close files that
  /// were given up, and crash.
  static let skipsCleanUp: Void = {
    #if canImport(Glibc)
      on_exit(
        { status, _ in
          fflush(nil)
          _exit(status)
        }, nil)
    #endif
  }()
}

/// An open identifier of the library, closed once: by ``close(_:)`` with a checked result, or on release.
final class HDF5Identifier {
  enum Kind {
    case file, group, dataset, attribute, dataspace, datatype, properties, object
  }

  private(set) var id: hid_t
  private let kind: Kind

  init(_ id: hid_t, _ kind: Kind) {
    self.id = id
    self.kind = kind
  }

  deinit {
    if id >= 0 { HDF5Identifier.release(id, kind) }
  }

  /// Closes now and reports what only closing finds out, such as a full disk.
  func close(_ action: String) throws {
    guard id >= 0 else { return }
    let (old, kind) = (id, kind)
    id = -1
    try HDF5.check(action) { HDF5Identifier.release(old, kind) }
  }

  /// Never closes the identifier.
  ///
  /// After a failed write libhdf5 1.10 crashes while closing the file, because it tries to write again. The
  /// memory and the descriptor of the one abandoned file are given up until the process ends.
  func leak() {
    HDF5.skipsCleanUp
    id = -1
  }

  @discardableResult
  private static func release(_ id: hid_t, _ kind: Kind) -> herr_t {
    HDF5.locked {
      switch kind {
      case .file: H5Fclose(id)
      case .group: H5Gclose(id)
      case .dataset: H5Dclose(id)
      case .attribute: H5Aclose(id)
      case .dataspace: H5Sclose(id)
      case .datatype: H5Tclose(id)
      case .properties: H5Pclose(id)
      case .object: H5Oclose(id)
      }
    }
  }
}

/// A lock that its holder may take again: identifiers are closed on release, also inside locked calls.
private final class RecursiveLock: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  init() {
    mutex = .allocate(capacity: 1)
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
    let status = pthread_mutex_init(mutex, &attributes)
    precondition(status == 0, "cannot make a lock")
    pthread_mutexattr_destroy(&attributes)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func acquire() { pthread_mutex_lock(mutex) }
  func release() { pthread_mutex_unlock(mutex) }
}
