import ComplexModule
import Solvers
import Spectral
import TestSupport
import Testing

/// Exact flows; the bound of the issue.
private let exactTolerance = 1e-11
private let orderBand = 0.15
/// Rounding of one evaluation of the nonlinear term.
private let evaluationTolerance = 1e-13

@Suite("Navier-Stokes")
struct NavierStokesTests {
  @Test("a multi-mode flow decays and drifts with the mean flow exactly")
  func decayingShell() {
    // |k|² = 25 has five wave-vectors of two shapes in the upper half plane.
    let flow = ShellFlow(
      modes: [
        .init(k1: 5, k2: 0, cosine: 0.7, sine: -0.2), .init(k1: 3, k2: 4, cosine: 0.4, sine: 0.9),
        .init(k1: -4, k2: 3, cosine: -0.5, sine: 0.3), .init(k1: 0, k2: 5, cosine: 0.1, sine: 0.6),
      ], viscosity: 2e-3, meanFlow: (0.7, -0.3))
    let system = VorticitySystem(points: 32, viscosity: 2e-3, meanFlow: flow.meanFlow, forcing: [])
    let stepper = ExponentialStepper(system, table: .etdrk4)
    stepper.start(from: packed(flow.modes, on: system.plane), time: 0)
    let (time, steps) = (0.25, 4000)
    for _ in 0..<steps {
      _ = stepper.propose(time / Double(steps))
      stepper.accept()
    }
    expectCloseBar(
      system.plane.values(of: stepper.state.pointer, points: 20),
      grid(20) { flow.decaying(x: $0, y: $1, time: time) }, tolerance: exactTolerance,
      "Navier-Stokes: multi-mode flow with mean flow")
  }

  @Test("the FNO forcing drives the laminar flow exactly")
  func laminarForcing() {
    let mode = FourierForcing.diagonal(amplitude: 0.1)[0]
    let flow = ShellFlow(
      modes: [.init(k1: 1, k2: 1, cosine: mode.cosine, sine: mode.sine)], viscosity: 1e-3, meanFlow: (0, 0))
    let system = VorticitySystem(
      points: 24, viscosity: 1e-3, meanFlow: (0, 0), forcing: FourierForcing.diagonal(amplitude: 0.1))
    let stepper = ExponentialStepper(system, table: .etdrk4)
    stepper.start(from: WorkArray(count: 2 * system.modeCount), time: 0)
    for _ in 0..<200 {
      _ = stepper.propose(0.05)
      stepper.accept()
    }
    expectCloseBar(
      system.plane.values(of: stepper.state.pointer, points: 16),
      grid(16) { flow.forcedFromRest(x: $0, y: $1, time: 10) }, tolerance: exactTolerance,
      "Navier-Stokes: laminar response to the FNO forcing")
  }

  @Test("the nonlinear term is -u·∇ω, by direct convolution")
  func convolution() {
    let system = VorticitySystem(points: 16, viscosity: 1, meanFlow: (0.3, -0.8), forcing: [])
    let plane = system.plane
    let state = randomState(plane, index: 1)
    let result = WorkArray(count: 2 * plane.count)
    system.nonlinearTerm(of: state.pointer, time: 0, into: result.pointer)

    func coefficient(_ k1: Int, _ k2: Int) -> Complex<Double> {
      guard abs(k1) <= plane.modes, abs(k2) <= plane.modes else { return 0 }
      let i = k2 >= 0 ? plane.index(k1, k2) : plane.index(-k1, -k2)
      let value = Complex(state[2 * i], state[2 * i + 1])
      return k2 >= 0 ? value : value.conjugate
    }
    let range = -plane.modes...plane.modes
    var expected: [Double] = []
    for (k1, k2) in plane.wavenumbers {
      // The mean flow first, then every pair p + q = k: (p × q)/|p|² ω_p ω_q.
      var sum = Complex<Double>(0, -2 * .pi * (0.3 * Double(k1) - 0.8 * Double(k2))) * coefficient(k1, k2)
      for p1 in range {
        for p2 in range where p1 != 0 || p2 != 0 {
          let (q1, q2) = (k1 - p1, k2 - p2)
          // u_p = i(p₂, -p₁)ω_p/2π|p|², ∇ω_q = 2πi(q₁, q₂)ω_q, so -u·∇ω gives (p₂q₁ - p₁q₂)/|p|².
          let weight = Double(p2 * q1 - p1 * q2) / Double(p1 * p1 + p2 * p2)
          sum += Complex(weight) * coefficient(p1, p2) * coefficient(q1, q2)
        }
      }
      expected += [sum.real, sum.imaginary]
    }
    expectClose(result.values, expected, tolerance: evaluationTolerance, "nonlinear term")
  }

  @Test("advection conserves energy and enstrophy")
  func conservation() {
    let system = VorticitySystem(points: 48, viscosity: 1, meanFlow: (0, 0), forcing: [])
    let state = randomState(system.plane, index: 2)
    let rate = WorkArray(count: 2 * system.modeCount)
    system.nonlinearTerm(of: state.pointer, time: 0, into: rate.pointer)
    var (enstrophy, energy, scale) = (0.0, 0.0, 0.0)
    for (i, k) in system.plane.wavenumbers.enumerated() where k.k1 != 0 || k.k2 != 0 {
      let product = state[2 * i] * rate[2 * i] + state[2 * i + 1] * rate[2 * i + 1]
      let weighted = system.multiplicity[i] * product
      enstrophy += weighted
      energy += weighted / Double(k.k1 * k.k1 + k.k2 * k.k2)
      scale += abs(weighted)
    }
    #expect(scale > 0)
    expectBar("Navier-Stokes: enstrophy balance", abs(enstrophy) / scale, atMost: evaluationTolerance)
    expectBar("Navier-Stokes: energy balance", abs(energy) / scale, atMost: evaluationTolerance)
  }

  @Test("ETDRK4 and IFRK4 are of fourth order on forced flow with a mean")
  func order() {
    for table in [ExponentialTable.etdrk4, .ifrk4] {
      let counts = [16, 32, 64, 128]
      let reference = march(.etdrk4, steps: 1024)
      let errors = counts.map { count -> Double in
        let result = march(table, steps: count)
        return result.relativeDistance(result.state, reference.state)
      }
      let order = observedOrder(steps: counts.map { 1 / Double($0) }, errors: errors)
      expectBar(
        "forced Navier-Stokes with mean flow: order of \(table.name)", order, near: 4, within: orderBand)
    }
  }

  private func march(_ table: ExponentialTable, steps: Int) -> ExponentialStepper<VorticitySystem> {
    let system = VorticitySystem(
      points: 32, viscosity: 2e-3, meanFlow: (0.4, 0.2), forcing: FourierForcing.diagonal(amplitude: 0.1))
    let stepper = ExponentialStepper(system, table: table)
    let initial = PeriodicGaussianField(
      covariance: GaussianCovariance(variance: 1e7, tau: 7, alpha: 4.5), stream: "test"
    ).plane(system.plane, index: 0, seed: 5)
    stepper.start(from: initial, time: 0)
    for _ in 0..<steps {
      _ = stepper.propose(0.5 / Double(steps))
      stepper.accept()
    }
    return stepper
  }

  @Test("a random forcing is stored, and drives the flow that it says")
  func randomForcing() throws {
    let points = 16
    let text = """
      {"type": "navier-stokes", "viscosity": 0.02, "forcing": "gaussian", "forcingAmplitude": 1e-4, "initial": "rest",
       "points": \(points), "workingPoints": 48, "times": [0.5]}
      """
    let problem = try makeProblem(text)
    #expect(problem.mapping == .steady(inputs: ["forcing"], outputs: ["vorticity"]))
    #expect(problem.layout.fields.map(\.name) == ["vorticity", "forcing"])
    let solver = try problem.makeSolver()
    let samples = try (0..<2).map { try solver.solve(index: $0, seed: 4) }
    #expect(samples[0].fields[1] != samples[1].fields[1])
    // So weak a forcing has a linear response, mode by mode: f (1 - e^{-4π²ν|k|²t}) / 4π²ν|k|².
    let transform = RealTransform(shape: [points, points])
    let spectrum = WorkArray(count: 2 * transform.modeCount)
    transform.forward(WorkArray(samples[1].fields[1]), to: spectrum)
    let width = points / 2 + 1
    for i in 0..<points * width {
      let (k1, k2) = ((i / width + points / 2) % points - points / 2, i % width)
      let rate = 4 * .pi * .pi * 0.02 * Double(k1 * k1 + k2 * k2)
      let response = rate > 0 ? (1 - exponential(-0.5 * rate)) / rate / Double(points * points) : 0
      spectrum[2 * i] *= response
      spectrum[2 * i + 1] *= response
    }
    let expected = WorkArray(count: points * points)
    transform.backward(destroying: spectrum, to: expected)
    // The advection is the square of the amplitude.
    expectClose(samples[1].fields[0], expected.values, tolerance: 1e-4, "linear response")
  }

  @Test("records do not depend on the working grid once it resolves the flow")
  func gridIndependence() throws {
    func run(_ workingPoints: Int) throws -> SolvedRecords {
      let sample = try solveSample(
        """
        {"type": "navier-stokes", "points": 16, "workingPoints": \(workingPoints), "times": [1, 2],
         "initial": {"alpha": 6, "variance": 1e9}, "accuracy": {"timeTolerance": 1e-8}}
        """)
      return sample.fields[0]
    }
    // Initial states with energy k^-12 have 1e-8 of it above the smaller grid's modes.
    expectClose(try run(64), try run(128), tolerance: 1e-7, "64 against 128 points")
  }

  private typealias SolvedRecords = [Double]

  private func randomState(_ plane: PackedPlane, index: Int) -> WorkArray {
    PeriodicGaussianField(
      covariance: GaussianCovariance(variance: 343, tau: 7, alpha: 2.5), stream: "test"
    ).plane(plane, index: index, seed: 1)
  }

  private func packed(_ modes: [ShellFlow.Mode], on plane: PackedPlane) -> WorkArray {
    let state = WorkArray(count: 2 * plane.count)
    let forcing = modes.map { FourierForcing.Mode(k1: $0.k1, k2: $0.k2, cosine: $0.cosine, sine: $0.sine) }
    for mode in FourierForcing.packed(forcing, on: plane) {
      state[2 * mode.index] = mode.value.real
      state[2 * mode.index + 1] = mode.value.imaginary
    }
    return state
  }

  private func grid(_ n: Int, _ body: (Double, Double) -> Double) -> [Double] {
    (0..<n * n).map { body(Double($0 / n) / Double(n), Double($0 % n) / Double(n)) }
  }
}
