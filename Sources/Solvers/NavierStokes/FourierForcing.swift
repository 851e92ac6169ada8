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

  /// f = -amplitude·n cos 2πny, the curl of a shear force along x.
  package static func kolmogorov(wavenumber n: Int, amplitude: Double) -> [Mode] {
    amplitude == 0 ? [] : [Mode(k1: 0, k2: n, cosine: -amplitude * Double(n), sine: 0)]
  }

  /// The named forcings of a configuration.
  enum Shape: Sendable, Equatable {
    case diagonal
    case kolmogorov(wavenumber: Int)

    var name: String { if case .kolmogorov = self { "kolmogorov" } else { "diagonal" } }
    /// Largest wavenumber in either direction.
    var wavenumber: Int { if case .kolmogorov(let n) = self { n } else { 1 } }

    func modes(amplitude: Double) -> [Mode] {
      switch self {
      case .diagonal: FourierForcing.diagonal(amplitude: amplitude)
      case .kolmogorov(let n): FourierForcing.kolmogorov(wavenumber: n, amplitude: amplitude)
      }
    }
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
