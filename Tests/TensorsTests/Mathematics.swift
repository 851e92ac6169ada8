// The C library's functions under names that cannot be taken for the project's.
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

func mathExp(_ x: Double) -> Double { exp(x) }
func mathTanh(_ x: Double) -> Double { tanh(x) }
func mathErfc(_ x: Double) -> Double { erfc(x) }
func mathSin(_ x: Double) -> Double { sin(x) }
func mathCos(_ x: Double) -> Double { cos(x) }
func mathLog1p(_ x: Double) -> Double { log1p(x) }
func mathLog(_ x: Double) -> Double { log(x) }
