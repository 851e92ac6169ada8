import ComplexModule
import Spectral

/// A forcing that is a Fourier sum, constant in time.
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
    /// A field of its own for every sample.
    case gaussian(GaussianCovariance)

    var name: String {
      switch self {
      case .diagonal: "diagonal"
      case .kolmogorov: "kolmogorov"
      case .gaussian: "gaussian"
      }
    }
    var isRandom: Bool { if case .gaussian = self { true } else { false } }
    /// Largest wavenumber in either direction that must be carried.
    var wavenumber: Int { if case .kolmogorov(let n) = self { n } else { 1 } }

    /// The modes that all samples have in common.
    func modes(amplitude: Double) -> [Mode] {
      switch self {
      case .diagonal: FourierForcing.diagonal(amplitude: amplitude)
      case .kolmogorov(let n): FourierForcing.kolmogorov(wavenumber: n, amplitude: amplitude)
      case .gaussian: []
      }
    }

    var parameters: [(name: String, value: ProblemParameter)] {
      var list: [(name: String, value: ProblemParameter)] = [("forcing", .text(name))]
      switch self {
      case .diagonal, .kolmogorov: list.append(("forcingWavenumber", .number(Double(wavenumber))))
      case .gaussian(let covariance): list += covariance.parameters(prefix: "forcing")
      }
      return list
    }
  }

  /// The Gaussian forcing of (-Δ+9)^(-4) on a torus of side 2π with variance 27, in lengths of its side: the set of
  /// MG-TFNO. As in published code the field is the sum with these amplitudes at unit modes, not at orthonormal ones.
  package static let unitTorusOfTensorized = GaussianCovariance(
    variance: 27 * power(2 * .pi, 8), tau: 6 * .pi, alpha: 4)

  private static func power(_ x: Double, _ n: Int) -> Double { (0..<n).reduce(1) { y, _ in y * x } }

  /// All coefficients of a packed field as a forcing.
  package static func packed(field: WorkArray, on plane: PackedPlane, amplitude: Double) -> [(
    index: Int, value: Complex<Double>
  )] {
    (0..<plane.count).map {
      ($0, Complex(amplitude * field.pointer[2 * $0], amplitude * field.pointer[2 * $0 + 1]))
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
