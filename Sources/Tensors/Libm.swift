// The C library's functions under names of this module, so that no other file imports it for them.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@inline(__always)
func logarithm(_ x: Double) -> Double { log(x) }

@inline(__always)
func sineAndCosine(_ x: Double) -> (sine: Double, cosine: Double) { (sin(x), cos(x)) }
