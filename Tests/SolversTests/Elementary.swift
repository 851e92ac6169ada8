#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

func sine(_ x: Double) -> Double { sin(x) }
func cosine(_ x: Double) -> Double { cos(x) }
func exponential(_ x: Double) -> Double { exp(x) }
func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
func logarithm(_ x: Double) -> Double { log(x) }
func arcTangent(_ x: Double) -> Double { atan(x) }
func arcCosine(_ x: Double) -> Double { acos(x) }
func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
