// The C library's functions under names of this module, so that no other file imports it for them.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@inline(__always)
public func sineAndCosine(_ x: Double) -> (sine: Double, cosine: Double) { (sin(x), cos(x)) }

/// log x
public func naturalLogarithm(_ x: Double) -> Double { log(x) }

/// sin and cos of 2π·numerator/denominator, exact at multiples of an eighth of the circle.
public func exactSineAndCosine(numerator: Int, denominator: Int) -> (sine: Double, cosine: Double) {
  let n = ((numerator % denominator) + denominator) % denominator
  // Fold into the first octant, where both functions are accurate and monotone.
  let eighths = 8 * n
  let octant = eighths / denominator
  let rest = eighths - octant * denominator
  let part = octant % 2 == 0 ? rest : denominator - rest
  let angle = Double.pi / 4 * (Double(part) / Double(denominator))
  let s = sin(angle)
  let c = cos(angle)
  switch octant {
  case 0: return (s, c)
  case 1: return (c, s)
  case 2: return (c, -s)
  case 3: return (s, -c)
  case 4: return (-s, -c)
  case 5: return (-c, -s)
  case 6: return (-c, s)
  default: return (-s, c)
  }
}
