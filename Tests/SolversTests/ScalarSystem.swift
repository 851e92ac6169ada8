import ComplexModule
import Solvers
import Spectral

/// u' = L u + c·(u² e^{it} + 1) for one complex number: a nonlinear, time-dependent test problem.
final class ScalarSystem: SemilinearSystem {
  let symbol: [Complex<Double>]
  private let strength: Double

  init(_ symbol: Complex<Double>, nonlinearity: Double) {
    self.symbol = [symbol]
    strength = nonlinearity
  }

  var modeCount: Int { 1 }
  var multiplicity: [Double] { [1] }
  var isOuter: [Bool] { [false] }

  func nonlinearTerm(
    of state: UnsafeMutablePointer<Double>, time: Double, into result: UnsafeMutablePointer<Double>
  ) {
    let u = Complex(state[0], state[1])
    let value = Complex(strength) * (u * u * Complex(length: 1, phase: time) + 1)
    result[0] = value.real
    result[1] = value.imaginary
  }

  static var initial: WorkArray { WorkArray([1, 0]) }

  /// u(1) from u(0) = 1.
  static func solve(
    _ symbol: Complex<Double>, _ table: ExponentialTable, steps: Int, nonlinearity: Double = 0.7
  ) -> Complex<Double> {
    let stepper = ExponentialStepper(ScalarSystem(symbol, nonlinearity: nonlinearity), table: table)
    stepper.start(from: initial, time: 0)
    for _ in 0..<steps {
      _ = stepper.propose(1 / Double(steps))
      stepper.accept()
    }
    return Complex(stepper.state[0], stepper.state[1])
  }
}
