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
    guard let memory = aligned_alloc(64, bytes) else { HostBuffer.endProgram(wanting: bytes) }
    memset(memory, 0, bytes)
    base = memory
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
