import ComplexModule
import Solvers
import Spectral
import TestSupport
import Testing

/// Linear problems: the bound of the issue.
private let linearTolerance = 1e-12
/// Rounding of one evaluation of a nonlinear term.
private let evaluationTolerance = 1e-13
private let orderBand = 0.15

@Suite("Linear problems on a torus")
struct LinearPlaneTests {
  @Test("advection-diffusion is exact for every initial distribution", arguments: ["gaussian", "bumps"])
  func advectionDiffusion(_ initial: String) throws {
    let (points, length) = (24, 1.5)
    let sample = try solveSample(
      """
      {"type": "advection-diffusion", "velocity": [0.7, -1.3], "diffusivity": 0.004, "length": \(length),
       "points": \(points), "workingPoints": 25, "times": [0, 0.3, 2], "initial": "\(initial)"}
      """, index: 1, seed: 4)
    let size = points * points
    for (record, time) in [(1, 0.3), (2, 2.0)] {
      let expected = evolved(rows(sample.fields[0], of: size, 0), points: points, length: length) {
        let drift = Complex<Double>(length: 1, phase: -(0.7 * $0 - 1.3 * $1) * time)
        return drift * Complex(exponential(-0.004 * ($0 * $0 + $1 * $1) * time))
      }
      expectClose(
        rows(sample.fields[0], of: size, record), expected, tolerance: linearTolerance,
        "\(initial), t = \(time)")
    }
  }

  @Test("a bump moves and widens as it should")
  func bump() {
    // On the unit torus a deviation of 0.05 leaves 1e-13 at the nearest image of its place.
    let points = 96
    let system = PlaneSystem(points: points, length: 1, symbols: [{ _, _ in 0 }], reaction: nil)
    let bumps = GaussianBumps(counts: 1...1, amplitudes: 1.5...1.5, widths: 0.05...0.05)
    let state = bumps.plane(system.plane, stream: "initial-condition", index: 0, seed: 3)
    let values = system.plane.values(of: state.pointer, points: points)
    let top = values.indices.max { values[$0] < values[$1] } ?? 0
    // The mean of a Gaussian is A 2πs², and the field is A e^{-r²/2s²} around some place near the largest value.
    let mean = 1.5 * 2 * Double.pi * 0.0025
    #expect(abs(state[0] - mean) <= 1e-15)
    let spacing = 1 / Double(points)
    func neighbour(_ i: Int, _ j: Int) -> Double {
      let (row, column) = ((top / points + i + points) % points, (top % points + j + points) % points)
      return logarithm(values[row * points + column] / 1.5)
    }
    // log u is a parabola: three points give its vertex, whose height must be that of the whole bump.
    let (centre, up, down) = (neighbour(0, 0), neighbour(1, 0), neighbour(-1, 0))
    let (right, left) = (neighbour(0, 1), neighbour(0, -1))
    let curvature = -spacing * spacing / 0.0025
    #expect(abs(up + down - 2 * centre - curvature) <= 1e-9)
    let height = centre - (power((up - down) / 2, 2) + power((right - left) / 2, 2)) / (2 * curvature)
    #expect(abs(height) <= 1e-9, "log of height/1.5 is \(height)")
  }

  @Test("the wave equation is exact, displacement and velocity", arguments: ["gaussian", "bumps"])
  func wave(_ initial: String) throws {
    let (points, length, speed) = (24, 1.5, 1.3)
    let sample = try solveSample(
      """
      {"type": "wave", "speed": \(speed), "length": \(length), "points": \(points), "workingPoints": 25,
       "times": [0, 0.4, 3], "initial": "\(initial)"}
      """, index: 1, seed: 4)
    let size = points * points
    let start = rows(sample.fields[0], of: size, 0)
    expectClose(
      rows(sample.fields[0], of: size, 1).map { $0 + 1 }, Array(repeating: 1, count: size), tolerance: 1e-9)
    for (record, time) in [(1, 0.4), (2, 3.0)] {
      func omega(_ a: Double, _ b: Double) -> Double { speed * (a * a + b * b).squareRoot() }
      let displacement = evolved(start, points: points, length: length) {
        Complex(cosine(omega($0, $1) * time))
      }
      let velocity = evolved(start, points: points, length: length) {
        Complex(-omega($0, $1) * sine(omega($0, $1) * time))
      }
      expectClose(
        rows(sample.fields[0], of: size, 2 * record), displacement, tolerance: linearTolerance, "displacement"
      )
      expectClose(
        rows(sample.fields[0], of: size, 2 * record + 1), velocity, tolerance: linearTolerance, "velocity")
    }
  }

  /// Every Fourier coefficient of a square grid of values times a factor of its wave-vector.
  private func evolved(
    _ values: [Double], points: Int, length: Double, by factor: (Double, Double) -> Complex<Double>
  ) -> [Double] {
    let transform = RealTransform(shape: [points, points])
    let spectrum = WorkArray(count: 2 * transform.modeCount)
    transform.forward(WorkArray(values), to: spectrum)
    let width = points / 2 + 1
    let unit = 2 * Double.pi / length
    for row in 0..<points {
      for column in 0..<width {
        let at = 2 * (row * width + column)
        let k1 = row <= points / 2 ? row : row - points
        let product =
          Complex(spectrum[at], spectrum[at + 1]) * factor(unit * Double(k1), unit * Double(column))
          / Complex(Double(points * points))
        // No solver keeps the modes at half the grid.
        let isKept = column < points / 2 && row != points / 2
        spectrum[at] = isKept ? product.real : 0
        spectrum[at + 1] = isKept ? product.imaginary : 0
      }
    }
    let result = WorkArray(count: points * points)
    transform.backward(destroying: spectrum, to: result)
    return result.values
  }
}

@Suite("Reactions on a torus")
struct PlaneReactionTests {
  @Test("Allen-Cahn of one direction is the 1-D solution, along either axis", arguments: [true, false])
  func lines(alongX: Bool) {
    let line = LineMarch(
      .reactionDiffusion(diffusivity: 0.01, source: [0, 1.5, 0, -1.5], length: 2), points: 64)
    line.start { 0.8 * cosine(.pi * $0) - 0.3 * sine(3 * .pi * $0) + 0.1 }
    let system = PlaneSystem.allenCahn(points: 64, length: 2, interfaceWidth: 0.1, rate: 1.5)
    let stepper = ExponentialStepper(system, table: .etdrk4)
    let initial = WorkArray(count: 2 * system.modeCount)
    for k in -3...3 {
      let (re, im) = (line.stepper.state[2 * abs(k)], line.stepper.state[2 * abs(k) + 1])
      guard alongX || k >= 0 else { continue }
      let at = 2 * (alongX ? system.plane.index(k, 0) : system.plane.index(0, k))
      initial[at] = re
      initial[at + 1] = k >= 0 ? im : -im
    }
    stepper.start(from: initial, time: 0)
    line.advance(by: 2, steps: 20)
    for _ in 0..<20 {
      _ = stepper.propose(0.1)
      stepper.accept()
    }
    let values = system.plane.values(of: stepper.state.pointer, points: 16)
    let profile = line.values(points: 16)
    let expected = (0..<256).map { profile[alongX ? $0 / 16 : $0 % 16] }
    expectClose(values, expected, tolerance: 1e-12, "profile")
  }

  @Test("the Gray-Scott product is its convolution, without aliases")
  func convolution() {
    let system = PlaneSystem.grayScott(
      points: 14, length: 2, feedRate: 0.04, killRate: 0.06, diffusivities: [2e-5, 1e-5])
    let plane = system.plane
    #expect(plane.modes == 3)
    let state = randomState(plane, fields: 2)
    let result = WorkArray(count: 2 * system.modeCount)
    system.nonlinearTerm(of: state.pointer, time: 0, into: result.pointer)
    // On 40 points the cubes of three modes are exact, so the transform of point values is the convolution.
    let fine = 40
    let u = plane.values(of: state.pointer, points: fine)
    let v = plane.values(of: state.pointer + 2 * plane.count, points: fine)
    let product = WorkArray(zip(u, v).map { $0 * $1 * $1 })
    let transform = RealTransform(shape: [fine, fine])
    let spectrum = WorkArray(count: 2 * transform.modeCount)
    transform.forward(product, to: spectrum)
    var expected: [Double] = []
    for (k1, k2) in plane.wavenumbers {
      let at = 2 * ((k1 >= 0 ? k1 : k1 + fine) * (fine / 2 + 1) + k2)
      expected += [spectrum[at] / Double(fine * fine), spectrum[at + 1] / Double(fine * fine)]
    }
    var first = expected.map { -$0 }
    first[0] += 0.04
    expectClose(result.values, first + expected, tolerance: evaluationTolerance, "u v²")
  }

  @Test("constant states follow the two rate equations")
  func homogeneous() {
    let (feed, kill) = (0.058, 0.05)
    let system = PlaneSystem.grayScott(
      points: 9, length: 2, feedRate: feed, killRate: kill, diffusivities: [2e-5, 1e-5])
    let stepper = ExponentialStepper(system, table: .etdrk4)
    let initial = WorkArray(count: 2 * system.modeCount)
    initial[0] = 0.6
    initial[2 * system.plane.count] = 0.35
    stepper.start(from: initial, time: 0)
    for _ in 0..<400 {
      _ = stepper.propose(0.05)
      stepper.accept()
    }
    // The classical Runge-Kutta scheme on the pair, with steps a tenth as long.
    func rates(_ s: SIMD2<Double>) -> SIMD2<Double> {
      let reaction = s[0] * s[1] * s[1]
      return SIMD2(feed * (1 - s[0]) - reaction, reaction - (feed + kill) * s[1])
    }
    var pair = SIMD2(0.6, 0.35)
    let h = 0.005
    for _ in 0..<4000 {
      let a = rates(pair)
      let b = rates(pair + 0.5 * h * a)
      let c = rates(pair + 0.5 * h * b)
      let d = rates(pair + h * c)
      pair += (a + 2 * b + 2 * c + d) * (h / 6)
    }
    expectClose(
      [stepper.state[0], stepper.state[2 * system.plane.count]], [pair[0], pair[1]], tolerance: 1e-8, "rates")
  }

  @Test("Gray-Scott reaches order 4")
  func order() {
    let counts = [64, 128, 256, 512]
    func march(_ steps: Int) -> ExponentialStepper<PlaneSystem> {
      let system = PlaneSystem.grayScott(
        points: 24, length: 2, feedRate: 0.5, killRate: 0.2, diffusivities: [0.02, 0.01])
      let stepper = ExponentialStepper(system, table: .etdrk4)
      let state = randomState(system.plane, fields: 2)
      state[0] = 1
      state[2 * system.plane.count] = 1.5
      stepper.start(from: state, time: 0)
      for _ in 0..<steps {
        _ = stepper.propose(2 / Double(steps))
        stepper.accept()
      }
      return stepper
    }
    let reference = march(4096)
    let errors = counts.map { reference.relativeDistance(march($0).state, reference.state) }
    let order = observedOrder(steps: counts.map { 1 / Double($0) }, errors: errors)
    expectBar("Gray-Scott: order of ETDRK4", order, near: 4, within: orderBand)
  }

  /// A real field per plane, all modes of order 0.1.
  private func randomState(_ plane: PackedPlane, fields: Int) -> WorkArray {
    let covariance = GaussianCovariance(variance: 0.03, tau: 1, alpha: 0.2)
    let field = PeriodicGaussianField(covariance: covariance, stream: "state")
    return WorkArray((0..<fields).flatMap { field.plane(plane, index: $0, seed: 6).values })
  }
}
