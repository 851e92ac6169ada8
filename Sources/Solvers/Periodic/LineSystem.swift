import ComplexModule
import RealModule
import Spectral

/// Fourier coefficients k = 0…K of a ``LineEquation``.
///
/// One backward and one forward transform per evaluation; the mean of a conservative equation is constant to the
/// bit, and the product of kept modes has no alias among the kept modes.
package final class LineSystem: SemilinearSystem {
  package let equation: LineEquation
  package let modes: Int
  package let points: Int
  package let symbol: [Complex<Double>]
  private let transform: RealTransform
  private let spectrum: WorkArray
  private let values: WorkArray
  /// (iκ)^m / N, interleaved.
  private let factors: WorkArray

  package init(_ equation: LineEquation, points: Int) {
    self.equation = equation
    self.points = points
    let kept = equation.modes(points: points)
    modes = kept
    symbol = (0...kept).map(equation.symbol)
    transform = RealTransform(shape: [points])
    spectrum = WorkArray(count: 2 * transform.modeCount)
    values = WorkArray(count: points)
    let derivative = equation.nonlinear?.derivative ?? 0
    let unit = LineEquation(
      length: equation.length, linear: Array(repeating: 0, count: derivative) + [1 / Double(points)])
    factors = WorkArray((0...kept).flatMap { [unit.symbol(of: $0).real, unit.symbol(of: $0).imaginary] })
  }

  package var modeCount: Int { modes + 1 }
  package var multiplicity: [Double] { (0...modes).map { $0 == 0 ? 1 : 2 } }
  package var isOuter: [Bool] { (0...modes).map { 10 * $0 > 9 * modes } }

  package func nonlinearTerm(
    of state: UnsafeMutablePointer<Double>, time: Double, into result: UnsafeMutablePointer<Double>
  ) {
    guard let c = equation.nonlinear?.polynomial else {
      result.update(repeating: 0, count: 2 * modeCount)
      return
    }
    let (work, field, factor) = (spectrum.pointer, values.pointer, factors.pointer)
    load(state)
    transform.backward(destroying: work, to: field)
    let (c0, c1, c2, c3) = (c[0], c[1], c[2], c[3])
    for i in 0..<points {
      let u = field[i]
      field[i] = ((c3 * u + c2) * u + c1) * u + c0
    }
    transform.forward(field, to: work)
    for k in 0...modes {
      let (a, b) = (factor[2 &* k], factor[2 &* k &+ 1])
      let (re, im) = (work[2 &* k], work[2 &* k &+ 1])
      result[2 &* k] = a * re - b * im
      result[2 &* k &+ 1] = a * im + b * re
    }
  }

  /// A step that resolves the fastest nonlinear rate, κ_max^m·max|P'(u)|; infinite for a linear equation, which
  /// any step solves exactly.
  package func stepGuess(_ state: WorkArray) -> Double {
    guard let nonlinear = equation.nonlinear else { return .infinity }
    load(state.pointer)
    transform.backward(destroying: spectrum.pointer, to: values.pointer)
    let c = nonlinear.polynomial
    let slope = (0..<points).reduce(0.0) { largest, i in
      let u = values.pointer[i]
      return max(largest, abs((3 * c[3] * u + 2 * c[2]) * u + c[1]))
    }
    let kappa = 2 * .pi * Double(modes) / equation.length
    return 0.5 / (slope * .pow(kappa, nonlinear.derivative) + 1)
  }

  private func load(_ state: UnsafeMutablePointer<Double>) {
    spectrum.pointer.update(from: state, count: 2 * modeCount)
    (spectrum.pointer + 2 * modeCount).update(repeating: 0, count: spectrum.count - 2 * modeCount)
  }
}
