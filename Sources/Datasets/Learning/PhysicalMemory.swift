#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Refusal of sizes that this machine cannot hold, before anything is allocated.
public enum PhysicalMemory {
  /// Bytes of this machine's memory.
  public static let byteCount: Int = {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let size = sysconf(Int32(_SC_PAGESIZE))
    return pages > 0 && size > 0 ? pages * size : Int.max
  }()

  static func product(_ factors: [Int], path: String) throws -> Int {
    try factors.reduce(1) { product, factor in
      let (result, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { throw DatasetsError.tooLarge(path: path, bytes: Int.max, memory: byteCount) }
      return result
    }
  }

  static func check(_ count: Int, bytesEach: Int, path: String) throws {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: bytesEach)
    if overflow || bytes > byteCount {
      throw DatasetsError.tooLarge(path: path, bytes: overflow ? Int.max : bytes, memory: byteCount)
    }
  }
}
