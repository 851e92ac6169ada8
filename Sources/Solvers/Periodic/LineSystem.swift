import ComplexModule
import RealModule
import Spectral

/// Fourier coefficients k = 0…K of a ``LineEquation``.
///
/// One backward and one forward transform per evaluation; the mean of a conservative equation is constant to the
/// bit, and the product of kept modes has no alias among the kept modes.
package final class LineSystem: SemilinearSystem {
  package let equation: LineEquation
  /// Coefficients of u⁰, …, u⁴ in the product. They may be exchanged between trajectories, where every sample has a
  /// source of its own, within the degree of the equation.
  package var polynomial: SIMD8<Double>
  package let modes: Int
  package let points: Int
  package let symbol: [Complex<Double>]
  /// Degree of the highest product; the equation's arrays, which workers may share, are not touched in an evaluation.
  private let degree: Int
  /// The whole grid, and grids of a half, a quarter, … of its points.
  private let transforms: [RealTransform]
  private let spectrum: WorkArray
  private let values: WorkArray
  /// (iκ)^m, interleaved.
  private let factors: WorkArray

  package init(_ equation: LineEquation, points: Int) {
    self.equation = equation
    self.points = points
    degree = equation.degree
    let kept = equation.modes(points: points)
    modes = kept
    symbol = (0...kept).map(equation.symbol)
    var counts = [points]
    while let last = counts.last, last > 2 * Self.fewestPoints {
      counts.append(FourierLength.fast(atLeast: last / 2))
    }
    transforms = counts.map { RealTransform(shape: [$0]) }
    spectrum = WorkArray(count: 2 * transforms[0].modeCount)
    values = WorkArray(count: points)
    let nonlinear = equation.nonlinear
    polynomial = Self.padded(nonlinear?.polynomial ?? [])
    let derivative = nonlinear?.derivative ?? 0
    let unit = LineEquation(
      length: equation.length, linear: Array(repeating: 0, count: derivative) + [1])
    factors = WorkArray((0...kept).flatMap { [unit.symbol(of: $0).real, unit.symbol(of: $0).imaginary] })
  }

  package var modeCount: Int { modes + 1 }
  package var multiplicity: [Double] { (0...modes).map { $0 == 0 ? 1 : 2 } }
  package var isOuter: [Bool] { (0...modes).map { 10 * $0 > 9 * modes } }

  package func nonlinearTerm(
    of state: UnsafeMutablePointer<Double>, time: Double, into result: UnsafeMutablePointer<Double>
  ) {
    guard degree > 1 else {
      result.update(repeating: 0, count: 2 * modeCount)
      return
    }
    let (work, field, factor) = (spectrum.pointer, values.pointer, factors.pointer)
    let transform = load(state)
    transform.backward(destroying: work, to: field)
    applyPolynomial(field, count: transform.pointCount)
    transform.forward(field, to: work)
    let scale = 1 / Double(transform.pointCount)
    let last = min(modes, (transform.pointCount - 1) / 2)
    for k in 0...last {
      let (a, b) = (scale * factor[2 &* k], scale * factor[2 &* k &+ 1])
      let (re, im) = (work[2 &* k], work[2 &* k &+ 1])
      result[2 &* k] = a * re - b * im
      result[2 &* k &+ 1] = a * im + b * re
    }
    (result + 2 * (last + 1)).update(repeating: 0, count: 2 * (modes - last))
  }

  /// A step that resolves the fastest nonlinear rate, κ_max^m·max|P'(u)|; infinite for a linear equation, which
  /// any step solves exactly.
  package func stepGuess(_ state: WorkArray) -> Double {
    guard let nonlinear = equation.nonlinear else { return .infinity }
    let transform = load(state.pointer)
    transform.backward(destroying: spectrum.pointer, to: values.pointer)
    let c = polynomial
    let slope = (0..<transform.pointCount).reduce(0.0) { largest, i in
      let u = values.pointer[i]
      return max(largest, abs(((4 * c[4] * u + 3 * c[3]) * u + 2 * c[2]) * u + c[1]))
    }
    let kappa = 2 * .pi * Double(modes) / equation.length
    return 0.5 / (slope * .pow(kappa, nonlinear.derivative) + 1)
  }

  /// P at every point, in place.
  private func applyPolynomial(_ field: UnsafeMutablePointer<Double>, count: Int) {
    let (c0, c1, c2, c3, c4) = (polynomial[0], polynomial[1], polynomial[2], polynomial[3], polynomial[4])
    if degree == 2 {
      for i in 0..<count { field[i] = (c2 * field[i] + c1) * field[i] + c0 }
    } else {
      for i in 0..<count {
        let u = field[i]
        field[i] = (((c4 * u + c3) * u + c2) * u + c1) * u + c0
      }
    }
  }

  /// Coefficients as ``polynomial`` holds them.
  package static func padded(_ coefficients: [Double]) -> SIMD8<Double> {
    var result = SIMD8<Double>()
    for (i, value) in coefficients.enumerated() { result[i] = value }
    return result
  }

  /// Grids are not halved below this.
  private static let fewestPoints = 64
  /// Modes this far below the norm of all add less than rounding to any product.
  private static let negligible = 1e-18

  /// Copies the state into the spectrum of the smallest grid on which all products of its active modes, those above
  /// rounding, are exact; a state that viscosity has smoothed needs a small part of the grid.
  private func load(_ state: UnsafeMutablePointer<Double>) -> RealTransform {
    let pairs = UnsafeMutableRawPointer(state).assumingMemoryBound(to: SIMD2<Double>.self)
    var squares = SIMD2<Double>()
    for k in 0...modes { squares += pairs[k] * pairs[k] }
    let bound = Self.negligible * Self.negligible * squares.sum()
    var active = modes
    while active > 0, (pairs[active] * pairs[active]).sum() <= bound { active -= 1 }
    // Products reach degree·active; none of them may alias, as the kept modes of a smaller grid are all that it carries.
    let transform = transforms.last { 2 * degree * active < $0.pointCount } ?? transforms[0]
    let kept = 2 * (min(active, modes) + 1)
    spectrum.pointer.update(from: state, count: kept)
    (spectrum.pointer + kept).update(repeating: 0, count: 2 * transform.modeCount - kept)
    return transform
  }
}
