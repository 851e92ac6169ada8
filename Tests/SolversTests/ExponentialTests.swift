import ComplexModule
import Solvers
import TestSupport
import Testing

/// Rounding of a contour mean of 32 points, relative to the value.
private let contourTolerance = 2e-12
/// Rounding of e^{LΔt} at |LΔt| up to 14, three times.
private let linearTolerance = 1e-12

@Suite("Exponential integrators")
struct ExponentialTests {
  @Test("φ-functions hold their accuracy from zero to stiff, real and imaginary")
  func phiAccuracy() {
    let magnitudes = [0, 1e-12, 1e-6, 1e-3, 0.3, 0.5, 0.9, 1, 1.5, 3, 20, 400, 1e4]
    let directions: [Complex<Double>] = [Complex(-1, 0), Complex(0, 1), Complex(0, -1), Complex(-0.6, 0.8)]
    let functions: [(ExponentialFunction, Int)] = [(.phi1, 1), (.phi2, 2), (.phi3, 3)]
    for direction in directions {
      for magnitude in magnitudes {
        let z = Complex(magnitude) * direction
        let values = ContourMean.values(of: functions.map { ExponentialCombination((1, $0.0)) }, at: z)
        for ((_, order), value) in zip(functions, values) {
          let expected = Self.phi(order, z)
          let error = (value - expected).length / expected.length
          #expect(error <= contourTolerance, "φ\(order)(\(z)) is \(value), expected \(expected)")
        }
      }
    }
  }

  /// Series up to |z| = ½, doubling formulas up to 8, the definition beyond: none of them cancels.
  private static func phi(_ order: Int, _ z: Complex<Double>) -> Complex<Double> {
    if z.length < 8 {
      if z.length > 0.5 {
        let w = z / Complex(2)
        let (p1, p2, p3) = (phi(1, w), phi(2, w), phi(3, w))
        switch order {
        case 1: return (Complex<Double>.exp(w) + 1) * p1 / Complex(2)
        case 2: return (p1 * p1 + 2 * p2) / Complex(4)
        default: return (p1 * p2 + p2 + 2 * p3) / Complex(8)
        }
      }
      var sum: Complex<Double> = 0
      var factorial = (1...order).reduce(1.0) { $0 * Double($1) }
      var powerOfZ: Complex<Double> = 1
      for j in 0..<24 {
        sum += powerOfZ / Complex(factorial)
        powerOfZ *= z
        factorial *= Double(order + j + 1)
      }
      return sum
    }
    var value = Complex<Double>.exp(z)
    var factorial = 1.0
    for k in 1...order {
      value = (value - Complex(1 / factorial)) / z
      factorial *= Double(k)
    }
    return value
  }

  @Test("steppers reach their order on a scalar problem, also where L is complex")
  func scalarOrder() {
    for name in ExponentialTable.Name.allCases {
      for symbol in [Complex(-3.0, 0), Complex(-0.5, 4)] {
        let reference = ScalarSystem.solve(symbol, .etdrk4, steps: 4096)
        let counts = name.table.order == 2 ? [64, 128, 256, 512] : [16, 32, 64, 128]
        let errors = counts.map { (ScalarSystem.solve(symbol, name.table, steps: $0) - reference).length }
        let order = observedOrder(steps: counts.map { 1 / Double($0) }, errors: errors)
        #expect(abs(order - Double(name.table.order)) <= 0.15, "\(name.table.name), L = \(symbol): \(order)")
      }
    }
  }

  @Test("a linear problem is exact at any step size, decaying, oscillating or both")
  func linearExactness() {
    for name in ExponentialTable.Name.allCases {
      for symbol in [Complex(-40.0, 0), Complex(0, 25), Complex(-1, -7)] {
        let value = ScalarSystem.solve(symbol, name.table, steps: 3, nonlinearity: 0)
        let expected = Complex<Double>.exp(symbol)
        #expect((value - expected).length <= linearTolerance, "\(name.table.name), L = \(symbol)")
      }
    }
  }

  @Test("the embedded estimate shrinks with the power of the step that its table states")
  func estimatePower() {
    for (name, power) in [(ExponentialTable.Name.etdrk4, 4.0), (.ifrk4, 4), (.etdrk2, 3)] {
      let steps = [0.02, 0.01, 0.005]
      let estimates = steps.map { step -> Double in
        let stepper = ExponentialStepper(ScalarSystem(Complex(-1, 0.5), nonlinearity: 1), table: name.table)
        stepper.start(from: ScalarSystem.initial, time: 0)
        return stepper.propose(step)
      }
      let order = observedOrder(steps: steps, errors: estimates)
      #expect(abs(order - power) <= 0.2, "\(name.table.name): \(order)")
    }
  }
}
