import ComplexModule
import Spectral

/// A forcing that is a finite Fourier sum, constant in time.
package enum FourierForcing {
  /// One real mode: cosine·cos 2πk·x + sine·sin 2πk·x.
  package struct Mode: Sendable, Equatable {
    package var k1: Int
    package var k2: Int
    package var cosine: Double
    package var sine: Double

    package init(k1: Int, k2: Int, cosine: Double, sine: Double) {
      self.k1 = k1
      self.k2 = k2
      self.cosine = cosine
      self.sine = sine
    }
  }

  /// f = amplitude (sin 2π(x+y) + cos 2π(x+y)), that of the FNO paper at amplitude 0.1.
  package static func diagonal(amplitude: Double) -> [Mode] {
    amplitude == 0 ? [] : [Mode(k1: 1, k2: 1, cosine: amplitude, sine: amplitude)]
  }

  /// Coefficients at their packed positions; both conjugates where k₂ = 0.
  package static func packed(_ modes: [Mode], on plane: PackedPlane) -> [(index: Int, value: Complex<Double>)]
  {
    modes.flatMap { mode -> [(index: Int, value: Complex<Double>)] in
      precondition(mode.k2 > 0 || (mode.k2 == 0 && mode.k1 > 0), "forcing modes lie in the upper half plane")
      let value = Complex(mode.cosine / 2, -mode.sine / 2)
      let here = (index: plane.index(mode.k1, mode.k2), value: value)
      return mode.k2 > 0 ? [here] : [here, (plane.index(-mode.k1, 0), value.conjugate)]
    }
  }
}
