import Diagnostics
import Solvers
import TestSupport
import Testing

private let roundOff = 1e-12

@Suite("Function sets")
struct FunctionSetTests {
  private struct Saturation: OrdinarySystem {
    var dimension: Int { 1 }
    func evaluate(_ t: Double, _ y: UnsafePointer<Double>, _ rate: UnsafeMutablePointer<Double>) {
      rate[0] = 1 - y[0] * y[0]
    }
  }

  @Test("the estimated time error is that of the exact solution")
  func errorEstimate() throws {
    for tolerance in [1e-5, 1e-7, 1e-9] {
      let outcome = try VerifiedRungeKutta(tolerance: tolerance, maximumSteps: 1 << 14)
        .solve(Saturation(), finalTime: 2, outputs: 4)
      let errors = outcome.states.indices.map {
        abs(outcome.states[$0][0] - hyperbolicTangent(0.5 * Double($0)))
      }
      let error = errors.max()! / hyperbolicTangent(2)
      #expect(outcome.error <= tolerance)
      // The estimate is asymptotic; one power of the step is the most that it may be off by.
      #expect(error <= 2 * outcome.error && outcome.error <= 2 * error, "\(error) and \(outcome.error)")
    }
  }

  @Test("steps that do not suffice are refused")
  func refusal() throws {
    let integrator = VerifiedRungeKutta(tolerance: 1e-13, maximumSteps: 64)
    #expect(throws: SolverError.timeToleranceMissed(tolerance: 1e-13, steps: 64)) {
      try integrator.solve(Saturation(), finalTime: 5, outputs: 4)
    }
  }

  @Test("Chebyshev series reproduce, integrate and differentiate polynomials")
  func series() {
    let length = 3.0
    let points = ChebyshevSeries.points(degree: 7, length: length)
    let p = ChebyshevSeries(values: points.map { 2 - $0 + power($0, 5) }, length: length)
    let integral = p.antiderivative()
    for x in [0, 0.3, 1.7, 3] {
      #expect(abs(p(x) - (2 - x + power(x, 5))) <= roundOff * 250)
      #expect(abs(integral(x) - (2 * x - x * x / 2 + power(x, 6) / 6)) <= roundOff * 250)
    }
    let matrix = ChebyshevSeries.differentiation(degree: 7, length: length)
    for (i, x) in points.enumerated() {
      let slope = points.indices.reduce(0) { $0 + matrix[i * 8 + $1] * p(points[$1]) }
      #expect(abs(slope - (5 * power(x, 4) - 1)) <= 1e-10)
    }
  }

  @Test("the process has its variance and its correlation")
  func process() throws {
    let process = try RadialBasisProcess(lengthScale: 0.2, deviation: 2, length: 1)
    let count = 2000
    var (variance, covariance) = (0.0, 0.0)
    for index in 0..<count {
      let u = process.draw(index: index, seed: 9)
      variance += u(0.4) * u(0.4) / Double(count)
      covariance += u(0.4) * u(0.6) / Double(count)
    }
    // Four standard errors of a variance, √(2/n).
    let band = 4 * 4 * (2 / Double(count)).squareRoot()
    #expect(abs(variance - 4) <= band)
    #expect(abs(covariance - 4 * exponential(-0.5)) <= band)
  }

  @Test("the antiderivative, differentiated, is the input; the number of sensors changes nothing")
  func antiderivative() throws {
    let fine = try solveSample("{\"type\": \"ode\", \"points\": 401}", index: 3)
    let coarse = try solveSample("{\"type\": \"ode\", \"points\": 101}", index: 3)
    let (u, s, h) = (fine.fields[0], fine.fields[1], 1.0 / 400)
    #expect(s[0] == 0)
    for i in stride(from: 2, to: 398, by: 7) {
      let slope = (8 * (s[i + 1] - s[i - 1]) - (s[i + 2] - s[i - 2])) / (12 * h)
      // Fourth-order differences of a function that varies over 0.2.
      #expect(abs(slope - u[i]) <= 1e-5)
    }
    for field in 0..<2 {
      let thinned = stride(from: 0, to: 401, by: 4).map { fine.fields[field][$0] }
      expectClose(thinned, coarse.fields[field], tolerance: roundOff, "field \(field)")
    }
  }

  @Test("a pendulum without gravity is integrated twice")
  func pendulum() throws {
    let settings = "\"points\": 101, \"accuracy\": {\"timeTolerance\": 1e-11}"
    let free = try solveSample(
      "{\"type\": \"ode\", \"equation\": {\"type\": \"pendulum\", \"stiffness\": 0}, \(settings)}", index: 2)
    let process = try RadialBasisProcess(lengthScale: 0.2, deviation: 1, length: 1)
    let exact = process.draw(index: 2, seed: 0).antiderivative().antiderivative()
    expectClose(free.fields[1], (0...100).map { exact(Double($0) / 100) }, tolerance: 1e-9, "pendulum")
    #expect(free.quality["timeError"]! <= 1e-11)
  }

  @Test("diffusion without reaction comes to rest where -D s'' = u")
  func steadyState() throws {
    let sample = try solveSample(
      """
      {"type": "source-reaction", "diffusivity": 0.5, "reaction": 0, "finalTime": 4, "snapshots": 2, "points": 41,
       "degree": 24, "input": {"lengthScale": 0.5}}
      """, index: 1)
    let process = try RadialBasisProcess(lengthScale: 0.5, deviation: 1, length: 1)
    let twice = process.draw(index: 1, seed: 0).antiderivative().antiderivative()
    let exact = (0...40).map { (twice(1) * Double($0) / 40 - twice(Double($0) / 40)) / 0.5 }
    expectClose(Array(sample.fields[1].suffix(41)), exact, tolerance: 1e-7, "steady state")
    #expect(sample.fields[1].prefix(41).allSatisfy { $0 == 0 })
  }

  @Test("another degree gives the same solution of diffusion and reaction")
  func degrees() throws {
    let samples = try [40, 56].map {
      try solveSample(
        "{\"type\": \"source-reaction\", \"reaction\": 0.3, \"snapshots\": 3, \"points\": 33, \"degree\": \($0)}"
      )
    }
    expectClose(samples[0].fields[1], samples[1].fields[1], tolerance: 1e-6, "degree")
  }

  @Test("square waves move by whole spacings and return after a period")
  func squareWaves() throws {
    for shape in ["square", "square-and-ellipse"] {
      let sample = try solveSample(
        """
        {"type": "square-wave", "shape": "\(shape)", "points": 64, "finalTime": 1, "snapshots": 5}
        """, index: 6)
      let u = sample.fields[0]
      let first = Array(u[0..<64])
      expectClose(
        Array(u[64..<128]), Array(first[48...]) + Array(first[..<48]), tolerance: roundOff, "quarter")
      expectClose(Array(u[256..<320]), first, tolerance: roundOff, "period")
      #expect(Set(first.map { ($0 * 1e9).rounded() }).count > (shape == "square" ? 1 : 8))
    }
    let solver = try makeProblem("{\"type\": \"square-wave\", \"points\": 256}").makeSolver()
    let means = try (0..<400).map { index in
      try solver.solve(index: index, seed: 1).fields[0][0..<256].reduce(0, +) / 256
    }
    // The mean of h w is 1.5 · 0.45; its deviation is about 0.18.
    let (mean, band): (Double, Double) = (means.reduce(0, +) / 400, 4 * 0.18 / 20)
    #expect(abs(mean - 0.675) <= band)
  }
}
