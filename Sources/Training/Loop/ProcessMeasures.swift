import Foundation

/// Seconds on a clock that never jumps.
public func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// The process's largest memory so far, in bytes.
///
/// On Linux from the process's own status: what `getrusage` says there can be the memory of the program that started
/// this one.
public func peakMemory() -> Int {
  #if os(Linux)
    return statusBytes("VmHWM:")
  #else
    var usage = rusage()
    getrusage(RUSAGE_SELF, &usage)
    return Int(usage.ru_maxrss)
  #endif
}

/// The process's memory at this moment, in bytes; where the system does not show it, the largest so far.
public func residentMemory() -> Int {
  #if os(Linux)
    return statusBytes("VmRSS:")
  #else
    return peakMemory()
  #endif
}

#if os(Linux)
  private func statusBytes(_ label: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    for line in status.split(separator: "\n") where line.hasPrefix(label) {
      let kibibytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap {
        Int($0)
      }
      return (kibibytes ?? 0) * 1024
    }
    return 0
  }
#endif
