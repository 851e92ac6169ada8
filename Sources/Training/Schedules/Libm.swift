// The C library's functions under names of this module, so that no other file imports it for them.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

func cosine(_ angle: Double) -> Double { cos(angle) }
