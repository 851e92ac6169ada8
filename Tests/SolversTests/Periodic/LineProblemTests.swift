import Configuration
import Diagnostics
import Solvers
import Spectral
import TestSupport
import Testing

/// Linear problems: the bound of the issue.
private let linearTolerance = 1e-12
/// Nonlinear closed solutions: time and grid error chosen well below it.
private let exactTolerance = 1e-9
private let orderBand = 0.15

@Suite("Linear problems on a circle")
struct LinearLineTests {
  @Test(
    "advection and heat are exact for every initial distribution",
    arguments: ["advection", "heat"], ["gaussian", "sines", "pdebench"])
  func exact(_ problem: String, _ initial: String) throws {
    let (points, length) = (48, 2.5)
    let settings = problem == "advection" ? "\"speed\": -1.7" : "\"diffusivity\": 0.003"
    let sample = try solveSample(
      """
      {"type": "\(problem)", \(settings), "length": \(length), "points": \(points), "times": [0, 0.3, 7],
       "initial": "\(initial)", "workingPoints": 49}
      """, index: 2, seed: 8)
    // The stored grid carries 23 of the 24 kept modes at all times, so its first record has all that evolves.
    let transform = RealTransform(shape: [points])
    let spectrum = WorkArray(count: 2 * transform.modeCount)
    transform.forward(WorkArray(rows(sample.fields[0], of: points, 0)), to: spectrum)
    let exact = TravellingModes(
      coefficients: (0..<points / 2).map {
        (spectrum[2 * $0] / Double(points), spectrum[2 * $0 + 1] / Double(points))
      }, speed: problem == "advection" ? -1.7 : 0, diffusivity: problem == "heat" ? 0.003 : 0, length: length)
    for (record, time) in [(1, 0.3), (2, 7.0)] {
      let expected = (0..<points).map {
        exact.value(at: length * Double($0) / Double(points), time: time)
      }
      expectCloseBar(
        rows(sample.fields[0], of: points, record), expected, tolerance: linearTolerance,
        "\(problem), \(initial), t = \(time)")
    }
  }
}

@Suite("Korteweg-de Vries")
struct KortewegDeVriesTests {
  @Test("a soliton travels unchanged")
  func soliton() {
    // α = 6, c = 5: the crest goes once round the circle and a tenth.
    let (length, time) = (20.0, 4.4)
    let soliton = SolitonSolution(speed: 5, position: 3, steepening: 6, dispersion: 1, length: length)
    let march = LineMarch(.kortewegDeVries(steepening: 6, dispersion: 1, length: length), points: 384)
    march.start { soliton.value(at: $0, time: 0) }
    let (mean, energy) = (march.stepper.state[0], march.meanSquare())
    march.advance(by: time, steps: 20_000)
    let expected = (0..<64).map { soliton.value(at: length * Double($0) / 64, time: time) }
    expectCloseBar(march.samples(every: 6), expected, tolerance: exactTolerance, "KdV: soliton")
    #expect(march.stepper.state[0] == mean)
    #expect(abs(march.meanSquare() - energy) <= exactTolerance * energy)
  }

  @Test("ETDRK4 with complex coefficients reaches order 4")
  func order() {
    let (order, errors) = observedOrder(
      .kortewegDeVries(steepening: 1, dispersion: 1, length: 40), points: 96, duration: 4,
      counts: [100, 200, 400, 800]
    ) { -sine(.pi * ($0 - 20) / 20) + 0.3 * cosine(.pi * $0 / 10) }
    expectBar("KdV: order of ETDRK4", order, near: 4, within: orderBand)
    #expect(errors.allSatisfy { $0 > 0 })
  }
}

@Suite("Kuramoto-Sivashinsky")
struct KuramotoSivashinskyTests {
  @Test("infinitesimal waves grow and decay at their rates")
  func rates() {
    let (length, time) = (32.0, 2.0)
    for wave in [2, 9] {
      let march = LineMarch(.kuramotoSivashinsky(hyperviscosity: 0.7, length: length), points: 64)
      let kappa = 2 * Double.pi * Double(wave) / length
      let rate = kappa * kappa - 0.7 * kappa * kappa * kappa * kappa
      // Quadratic terms are 1e-9 of the wave even where it has decayed to 1e-15.
      march.start { 1e-12 * cosine(kappa * $0) }
      march.advance(by: time, steps: 50)
      let expected = (0..<32).map { 1e-12 * exponential(rate * time) * cosine(kappa * Double($0)) }
      expectClose(march.values(points: 32), expected, tolerance: 1e-7, "wave \(wave)")
    }
  }

  @Test("energy is gained and lost as the balance says")
  func balance() {
    let march = LineMarch(.kuramotoSivashinsky(hyperviscosity: 1, length: 40), points: 192)
    march.start { 2 * cosine(2 * .pi * $0 / 40) + sine(6 * .pi * $0 / 40) + 0.25 }
    let (mean, before) = (march.stepper.state[0], 0.5 * march.meanSquare())
    func gain() -> Double { march.meanSquare { $0 * $0 - $0 * $0 * $0 * $0 } }
    // Simpson's rule over pairs of steps is of fourth order, as the stepper.
    var gained = 0.0
    for _ in 0..<400 {
      let first = gain()
      march.advance(by: 0.005, steps: 1)
      let middle = gain()
      march.advance(by: 0.005, steps: 1)
      gained += (first + 4 * middle + gain()) * 0.005 / 3
    }
    let change = 0.5 * march.meanSquare() - before
    #expect(abs(change) > 0.01)
    expectBar("Kuramoto-Sivashinsky: energy balance", abs(change - gained) / before, atMost: 1e-8)
    #expect(march.stepper.state[0] == mean)
  }
}

@Suite("Reaction and diffusion on a circle")
struct ReactionDiffusionTests {
  @Test("two Fisher fronts travel at 5/√6 and keep their shape")
  func fronts() {
    // Fronts 80 from the middle: what one sees of the other is 1e-14.
    let (length, time) = (400.0, 8.0)
    let front = FisherFront(position: 80)
    let march = LineMarch(
      .reactionDiffusion(diffusivity: 1, source: [0, 1, -1, 0], length: length), points: 3000)
    march.start { front.value(at: abs($0 - length / 2), time: 0) }
    march.advance(by: time, steps: 800)
    let expected = (0..<200).map { front.value(at: abs(length * Double($0) / 200 - length / 2), time: time) }
    expectCloseBar(march.samples(every: 15), expected, tolerance: exactTolerance, "Fisher: two fronts")
  }

  @Test("constant states follow the logistic and the Allen-Cahn curve")
  func homogeneous() {
    let logistic = LineMarch(
      .reactionDiffusion(diffusivity: 0.5, source: [0, 2, -2, 0], length: 1), points: 16)
    logistic.start { _ in 0.2 }
    logistic.advance(by: 1.5, steps: 600)
    expectClose(
      logistic.values(points: 4),
      Array(repeating: 1 / (1 + 4 * exponential(-3)), count: 4), tolerance: exactTolerance, "logistic")

    let kink = AllenCahnKink(interfaceWidth: 0.1, rate: 2)
    let phase = LineMarch(
      .reactionDiffusion(diffusivity: 0.01, source: [0, 2, 0, -2], length: 1), points: 16)
    phase.start { _ in -0.1 }
    phase.advance(by: 1.5, steps: 600)
    expectClose(
      phase.values(points: 4), Array(repeating: kink.homogeneous(from: -0.1, time: 1.5), count: 4),
      tolerance: exactTolerance, "Allen-Cahn")
  }

  @Test("a pair of far interfaces rests")
  func kinks() {
    let kink = AllenCahnKink(interfaceWidth: 1, rate: 1)
    let march = LineMarch(
      .reactionDiffusion(diffusivity: 1, source: [0, 1, 0, -1], length: 80), points: 1600)
    march.start { kink.interface(at: 20 - abs($0 - 40)) }
    march.advance(by: 5, steps: 100)
    let expected = (0..<160).map { kink.interface(at: 20 - abs(Double($0) / 2 - 40)) }
    expectClose(march.samples(every: 10), expected, tolerance: exactTolerance, "interfaces")
  }

  @Test("a cubic term has no alias among the kept modes")
  func aliases() {
    // cos³ θ = ¾ cos θ + ¼ cos 3θ: of the top mode only the first part is kept.
    let system = LineSystem(
      .reactionDiffusion(diffusivity: 1, source: [0, 0, 0, 1], length: 1), points: 30)
    #expect(system.modes == 7)
    let state = WorkArray(count: 2 * system.modeCount)
    state[2 * system.modes] = 0.5
    let result = WorkArray(count: 2 * system.modeCount)
    system.nonlinearTerm(of: state.pointer, time: 0, into: result.pointer)
    var expected = [Double](repeating: 0, count: 2 * system.modeCount)
    expected[2 * system.modes] = 0.375
    expectClose(result.values, expected, tolerance: 1e-15, "cube of the top mode")
  }

  @Test("a source that runs away is refused with the time")
  func blowUp() throws {
    let problem = try makeProblem(
      """
      {"type": "reaction-diffusion", "points": 16, "source": [1, 0, 0, 1], "times": [50], "workingPoints": 32}
      """)
    let error = #expect(throws: SolverError.self) { try problem.makeSolver().solve(index: 0, seed: 0) }
    #expect(try #require(error).diagnostic.code == "numerics.nonFinite")
  }

  @Test("a source of too many powers and a contradictory viscosity are refused")
  func configuration() {
    let source = #expect(throws: Diagnostic.self) {
      try makeProblem("{\"type\": \"reaction-diffusion\", \"source\": [0, 1, 0, 0, 1, 1]}")
    }
    #expect(source?.summary == "source has 6 coefficients, at most 5 are known")
    let epsilon = #expect(throws: Diagnostic.self) {
      try makeProblem("{\"type\": \"burgers\", \"epsilon\": 0.01, \"viscosity\": 0.1}")
    }
    #expect(epsilon?.summary.hasPrefix("epsilon and viscosity contradict each other") == true)
  }
}
