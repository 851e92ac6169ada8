#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Double {
  var logarithm: Double { log(self) }
}
