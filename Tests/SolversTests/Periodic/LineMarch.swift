import Solvers
import Spectral
import TestSupport

/// Steps of equal size of a 1-D periodic equation, with what the tests ask about the state.
final class LineMarch {
  let system: LineSystem
  let stepper: ExponentialStepper<LineSystem>

  init(_ equation: LineEquation, points: Int, table: ExponentialTable = .etdrk4) {
    system = LineSystem(equation, points: points)
    stepper = ExponentialStepper(system, table: table)
  }

  /// Begins at the interpolant of a function of x in [0, ℓ).
  func start(_ field: (Double) -> Double) {
    let count = system.points
    let transform = RealTransform(shape: [count])
    let length = system.equation.length
    let values = WorkArray((0..<count).map { field(length * (Double($0) / Double(count))) })
    let spectrum = WorkArray(count: 2 * transform.modeCount)
    transform.forward(values, to: spectrum)
    let state = WorkArray(count: 2 * system.modeCount)
    for i in 0..<state.count { state[i] = spectrum[i] / Double(count) }
    state[1] = 0
    stepper.start(from: state, time: 0)
  }

  func advance(by duration: Double, steps: Int) {
    for _ in 0..<steps {
      _ = stepper.propose(duration / Double(steps))
      stepper.accept()
    }
  }

  /// The field on every `stride`-th point of the working grid, all modes included.
  func samples(every stride: Int) -> [Double] {
    let all = values(points: system.points)
    return Swift.stride(from: 0, to: all.count, by: stride).map { all[$0] }
  }

  /// The field restricted to the modes of a grid of `points`.
  func values(points: Int) -> [Double] {
    PeriodicLine.values(of: stepper.state.pointer, modes: system.modes, points: points)
  }

  /// Σ_k weight(κ_k) |u_k|² over all modes: mean squares of the field and its derivatives.
  func meanSquare(weightedBy weight: (Double) -> Double = { _ in 1 }) -> Double {
    (0..<system.modeCount).reduce(0) { sum, k in
      let kappa = 2 * Double.pi * Double(k) / system.equation.length
      let square = power(stepper.state[2 * k], 2) + power(stepper.state[2 * k + 1], 2)
      return sum + system.multiplicity[k] * weight(kappa) * square
    }
  }
}

/// Distances between runs with `counts` steps and one with many more, and the observed order.
func observedOrder(
  _ equation: LineEquation, points: Int, duration: Double, counts: [Int], start: (Double) -> Double
) -> (order: Double, errors: [Double]) {
  func march(_ steps: Int) -> LineMarch {
    let march = LineMarch(equation, points: points)
    march.start(start)
    march.advance(by: duration, steps: steps)
    return march
  }
  let reference = march(16 * (counts.last ?? 1)).stepper
  let errors = counts.map { reference.relativeDistance(march($0).stepper.state, reference.state) }
  return (TestSupport.observedOrder(steps: counts.map { duration / Double($0) }, errors: errors), errors)
}
