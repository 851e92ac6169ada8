import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Owned, zero-initialised, 64-byte aligned memory for `count` elements of one precision.
///
/// Sendable by convention: shared between workers only while they write disjoint ranges, which the
/// engine's lanes guarantee.
public final class HostBuffer: @unchecked Sendable {
  public let precision: Precision
  public let count: Int
  /// Start of the memory. Only kernels and file handles dereference it.
  public let base: UnsafeMutableRawPointer

  public init(count: Int, precision: Precision) {
    precondition(count >= 0)
    self.count = count
    self.precision = precision
    let bytes = max(64, (count * precision.byteCount + 63) & ~63)
    base = HostBuffer.allocate(bytes)
    memset(base, 0, bytes)
  }

  /// Large arrays lie on large pages where the system has them on request: steps take 1 to 4 % less.
  private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
    let largePage = 2 << 20
    let isLarge = bytes >= 2 * largePage
    let alignment = isLarge ? largePage : 64
    let size = (bytes + alignment - 1) / alignment * alignment
    guard let memory = aligned_alloc(alignment, size) else { endProgram(wanting: bytes) }
    #if os(Linux)
      // The rest, which would fill a part of a page, stays on small ones.
      if isLarge { _ = madvise(memory, bytes / largePage * largePage, MADV_HUGEPAGE) }
    #endif
    return memory
  }

  /// Sizes are checked where configurations and files are read; what passes there and still finds no memory ends here.
  private static func endProgram(wanting bytes: Int) -> Never {
    Console().report(
      Diagnostic(
        "memory", exit: .badInput, "there is no memory for \(bytes) bytes more",
        why: "this machine, or what it grants this process, is smaller than the computation",
        fix: "use a smaller model, batch or grid, fewer samples, or a machine with more memory"))
    exit(ExitCode.badInput.rawValue)
  }

  deinit { free(base) }

  public var byteCount: Int { count * precision.byteCount }

  /// Element `i` as a Double, checked; for tests and small jobs.
  public subscript(i: Int) -> Double {
    get {
      precondition(i >= 0 && i < count, "index out of range")
      switch precision {
      case .float32: return Double(base.load(fromByteOffset: 4 * i, as: Float.self))
      case .float64: return base.load(fromByteOffset: 8 * i, as: Double.self)
      }
    }
    set {
      precondition(i >= 0 && i < count, "index out of range")
      switch precision {
      case .float32: base.storeBytes(of: Float(newValue), toByteOffset: 4 * i, as: Float.self)
      case .float64: base.storeBytes(of: newValue, toByteOffset: 8 * i, as: Double.self)
      }
    }
  }

  /// All elements as Doubles.
  public var doubles: [Double] { (0..<count).map { self[$0] } }
}
