import ComplexModule
import RealModule
import Spectral
import Tensors

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
  /// A grid of at least `points`, on which products of all kept modes are exact, and smaller ones down to the smallest.
  private let transforms: [RealLineTransform]
  private let kernels = ModeKernels.active
  private let spectrum: WorkArray
  private let values: WorkArray
  /// (iκ)^m over the points of a grid, interleaved, one array for each of ``transforms``.
  private let factors: [WorkArray]

  package init(_ equation: LineEquation, points: Int) {
    self.equation = equation
    self.points = points
    degree = equation.degree
    let kept = equation.modes(points: points)
    modes = kept
    symbol = (0...kept).map(equation.symbol)
    var counts = [FourierLength.line(atLeast: points)]
    while let last = counts.last, last > Self.fewestPoints {
      counts.append(FourierLength.line(atLeast: last / 2 + 1))
    }
    transforms = counts.map { RealLineTransform(points: $0) }
    spectrum = WorkArray(count: counts[0])
    values = WorkArray(count: counts[0])
    let nonlinear = equation.nonlinear
    polynomial = Self.padded(nonlinear?.polynomial ?? [])
    let derivative = nonlinear?.derivative ?? 0
    let unit = LineEquation(
      length: equation.length, linear: Array(repeating: 0, count: derivative) + [1])
    let powers = (0...kept).flatMap { [unit.symbol(of: $0).real, unit.symbol(of: $0).imaginary] }
    factors = counts.map { count in
      WorkArray(powers.prefix(2 * Self.carried(kept, by: count)).map { $0 / Double(count) })
    }
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
    let grid = grid(for: state)
    let (transform, factor, count) = (transforms[grid.index], factors[grid.index], grid.reached)
    let (work, field) = (spectrum.pointer, values.pointer)
    transform.backward(state, count: grid.active, scratch: work, to: field)
    kernels.applyQuartic(polynomial, degree: degree, transform.points, field)
    transform.forward(field, scratch: work, factors: factor.pointer, count: count, to: result)
    (result + 2 * count).update(repeating: 0, count: 2 * (modeCount - count))
  }

  /// A step that resolves the fastest nonlinear rate, κ_max^m·max|P'(u)|; infinite for a linear equation, which
  /// any step solves exactly.
  package func stepGuess(_ state: WorkArray) -> Double {
    guard let nonlinear = equation.nonlinear else { return .infinity }
    let grid = grid(for: state.pointer)
    let transform = transforms[grid.index]
    transform.backward(state.pointer, count: grid.active, scratch: spectrum.pointer, to: values.pointer)
    let c = polynomial
    let slope = (0..<transform.points).reduce(0.0) { largest, i in
      let u = values.pointer[i]
      return max(largest, abs(((4 * c[4] * u + 3 * c[3]) * u + 2 * c[2]) * u + c[1]))
    }
    let kappa = 2 * .pi * Double(modes) / equation.length
    return 0.5 / (slope * .pow(kappa, nonlinear.derivative) + 1)
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

  /// The smallest grid on which all products of a state's active modes, those above rounding, are exact; a state that
  /// viscosity has smoothed needs a small part of the grid.
  ///
  /// - Returns: its place in ``transforms``, the number of active modes (at least one), and of modes that products reach.
  private func grid(for state: UnsafeMutablePointer<Double>) -> (index: Int, active: Int, reached: Int) {
    let active = max(1, kernels.activeModes(modeCount, state, above: Self.negligible * Self.negligible))
    // Products reach degree·(active - 1); none of them may alias, as the modes that a smaller grid carries are all its own.
    var index = transforms.count - 1
    while index > 0, 2 * degree * (active - 1) >= transforms[index].points { index -= 1 }
    let products = degree * (active - 1) + 1
    return (index, active, min(products, Self.carried(modes, by: transforms[index].points)))
  }

  /// How many of modes 0…K a grid carries without its highest one.
  private static func carried(_ modes: Int, by points: Int) -> Int { min(modes + 1, points / 2) }
}
