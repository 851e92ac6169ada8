import ComplexModule
import RealModule
import Spectral

/// Fourier coefficients k = 0…K of the viscous Burgers equation on the unit circle.
///
///     u_t = ν u_xx - ½ (u²)_x
///
/// Conservative form: one backward and one forward transform per evaluation, and the mean is constant to
/// the bit. With 3K < N the product of kept modes has no alias among the kept modes.
package final class BurgersSystem: SemilinearSystem {
  package let modes: Int
  package let points: Int
  package let symbol: [Complex<Double>]
  private let transform: RealTransform
  private let spectrum: WorkArray
  private let values: WorkArray

  package init(points: Int, viscosity: Double) {
    self.points = points
    modes = (points - 1) / 3
    symbol = (0...modes).map {
      let wavenumber = 2 * .pi * Double($0)
      return Complex(-viscosity * wavenumber * wavenumber)
    }
    transform = RealTransform(shape: [points])
    spectrum = WorkArray(count: 2 * transform.modeCount)
    values = WorkArray(count: points)
  }

  package var modeCount: Int { modes + 1 }
  package var multiplicity: [Double] { (0...modes).map { $0 == 0 ? 1 : 2 } }
  package var isOuter: [Bool] { (0...modes).map { 10 * $0 > 9 * modes } }

  package func nonlinearTerm(
    of state: UnsafeMutablePointer<Double>, time: Double, into result: UnsafeMutablePointer<Double>
  ) {
    let (work, field) = (spectrum.pointer, values.pointer)
    load(state)
    transform.backward(destroying: work, to: field)
    for i in 0..<points { field[i] *= field[i] }
    transform.forward(field, to: work)
    // -½ · 2πik / N
    let scale = -Double.pi / Double(points)
    for k in 0...modes {
      let factor = scale * Double(k)
      result[2 &* k] = -factor * work[2 &* k &+ 1]
      result[2 &* k &+ 1] = factor * work[2 &* k]
    }
  }

  /// Largest |u| on the grid.
  package func maximum(_ state: WorkArray) -> Double {
    load(state.pointer)
    transform.backward(destroying: spectrum.pointer, to: values.pointer)
    return (0..<points).reduce(0) { max($0, abs(values.pointer[$1])) }
  }

  private func load(_ state: UnsafeMutablePointer<Double>) {
    spectrum.pointer.update(from: state, count: 2 * modeCount)
    (spectrum.pointer + 2 * modeCount).update(repeating: 0, count: spectrum.count - 2 * modeCount)
  }
}
