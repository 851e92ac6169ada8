#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Processors that this process may run on: the scheduler's affinity mask where there is one (a batch
/// system narrows it), else those online.
func availableProcessors() -> Int {
  #if canImport(Darwin)
    return max(1, sysconf(_SC_NPROCESSORS_ONLN))
  #else
    var mask = cpu_set_t()
    guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &mask) == 0 else {
      return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
    return max(1, withUnsafeBytes(of: mask) { $0.reduce(0) { $0 + $1.nonzeroBitCount } })
  #endif
}
