// The C library's functions under names of this module.
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Double {
  var exponential: Double { exp(self) }
  var sine: Double { sin(self) }
}
