#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Processors that this process may run on: the scheduler's affinity mask where the system shows it (a batch
/// system narrows it), else those online.
func availableProcessors() -> Int {
  allowedProcessors(InputPath.head(of: "/proc/self/status", bytes: 1 << 16) ?? "")
    ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}

/// Bits in the mask of the line `Cpus_allowed:	ff,ffffffff`.
func allowedProcessors(_ status: String) -> Int? {
  let label = "Cpus_allowed:"
  guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(label) }) else { return nil }
  let bits = line.dropFirst(label.count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
  return bits > 0 ? bits : nil
}
