import Configuration
import Diagnostics
import Fields
import Solvers
import Spectral
import TestSupport
import Testing

/// The bound against the exact solution; the quadrature itself is good to 1e-13.
private let exactTolerance = 1e-9
/// Band around a fitted order of convergence.
private let orderBand = 0.15

@Suite("Burgers")
struct BurgersTests {
  @Test("a sample of the default distribution agrees with Cole-Hopf")
  func coleHopf() throws {
    let points = 64
    let sample = try solveSample(
      """
      {"type": "burgers", "points": \(points), "workingPoints": 1536, "times": [0, 0.05, 0.3, 1],
       "accuracy": {"timeTolerance": 1e-11}}
      """, index: 3, seed: 11)
    let modes = 511
    let initial = PeriodicGaussianField(
      covariance: GaussianCovariance(variance: 625, tau: 5, alpha: 2), stream: "initial-condition"
    ).line(modes: modes, index: 3, seed: 11)
    let exact = ColeHopfSolution(
      viscosity: 0.1, coefficients: (1...modes).map { (initial[2 * $0], initial[2 * $0 + 1]) })
    for (record, time) in [(1, 0.05), (2, 0.3), (3, 1.0)] {
      let expected = (0..<points).map { exact.value(at: Double($0) / Double(points), time: time) }
      expectCloseBar(
        rows(sample.fields[0], of: points, record), expected, tolerance: exactTolerance,
        "Burgers against Cole-Hopf, ν = 0.1, t = \(time)")
    }
  }

  @Test("a thin shock agrees with Cole-Hopf: ν = 0.01/π from -sin πx on (-1, 1)")
  func thinShock() throws {
    // On the unit circle with half the velocity: ν/4 and ½ sin 2πy.
    let viscosity = 0.01 / (4 * .pi)
    let exact = ColeHopfSolution(viscosity: viscosity, coefficients: [(0, -0.25)], nodes: 16384)
    let march = LineMarch(.burgers(viscosity: viscosity), points: 4096)
    march.start { 0.5 * sine(2 * .pi * $0) }
    // Levels that a published comparison reaches with 1024 points, at 4096.
    for (duration, time, tolerance) in [(0.3, 0.3, 3.6e-10), (0.2, 0.5, 1e-9), (0.5, 1.0, 1e-9)] {
      march.advance(by: duration, steps: Int(duration * 8000))
      // Everywhere, and every second point of the shock, which is about 20 points thin.
      let places = Array(stride(from: 0, to: 4096, by: 128)) + stride(from: 2000, to: 2096, by: 2)
      let expected = places.map { exact.value(at: Double($0) / 4096, time: time) }
      let values = march.samples(every: 1)
      expectCloseBar(
        places.map { values[$0] }, expected, tolerance: tolerance,
        "Burgers against Cole-Hopf, ν = 0.01/π, t = \(time)")
    }
  }

  @Test("ETDRK4, IFRK4 and ETDRK2 reach their orders on Burgers")
  func orders() {
    for name in ExponentialTable.Name.allCases {
      let counts = name.table.order == 2 ? [100, 200, 400, 800] : [25, 50, 100, 200]
      let reference = march(.etdrk4, steps: 3200)
      let errors = counts.map { count -> Double in
        let result = march(name.table, steps: count)
        return result.relativeDistance(result.state, reference.state)
      }
      let order = observedOrder(steps: counts.map { 1 / Double($0) }, errors: errors)
      expectBar(
        "Burgers: order of \(name.table.name)", order, near: Double(name.table.order), within: orderBand)
    }
  }

  private func march(_ table: ExponentialTable, steps: Int) -> ExponentialStepper<LineSystem> {
    let stepper = ExponentialStepper(LineSystem(.burgers(viscosity: 0.02), points: 48), table: table)
    let initial = WorkArray(count: 2 * stepper.system.modeCount)
    initial[0] = 0.3
    initial[2] = 0.2
    initial[3] = -0.4
    initial[4] = 0.1
    stepper.start(from: initial, time: 0)
    for _ in 0..<steps {
      _ = stepper.propose(0.5 / Double(steps))
      stepper.accept()
    }
    return stepper
  }

  @Test("the mean is kept and the energy falls by the dissipation")
  func energyBalance() {
    let stepper = ExponentialStepper(LineSystem(.burgers(viscosity: 0.05), points: 96), table: .etdrk4)
    let system = stepper.system
    let initial = WorkArray(count: 2 * system.modeCount)
    for (i, value) in [0.25, 0, 0.3, 0.1, -0.2, 0.15, 0.05, 0.1].enumerated() { initial[i] = value }
    stepper.start(from: initial, time: 0)
    let step = 1e-3
    func energy() -> Double {
      (0..<system.modeCount).reduce(0) { sum, k in
        sum + 0.5 * system.multiplicity[k]
          * (power(stepper.state[2 * k], 2) + power(stepper.state[2 * k + 1], 2))
      }
    }
    func dissipation() -> Double {
      (0..<system.modeCount).reduce(0) { sum, k in
        sum - system.symbol[k].real * system.multiplicity[k]
          * (power(stepper.state[2 * k], 2) + power(stepper.state[2 * k + 1], 2))
      }
    }
    // Simpson's rule over pairs of steps is of fourth order, as the stepper.
    let before = energy()
    var dissipated = 0.0
    for _ in 0..<50 {
      let first = dissipation()
      _ = stepper.propose(step)
      stepper.accept()
      let middle = dissipation()
      _ = stepper.propose(step)
      stepper.accept()
      dissipated += (first + 4 * middle + dissipation()) * step / 3
    }
    #expect(stepper.state[0] == 0.25)
    expectBar(
      "Burgers: energy balance", abs(before - energy() - dissipated) / before, atMost: 1e-9)
  }

  @Test("an under-resolved sample is solved again on a doubled grid, to the same field")
  func refinesGrid() throws {
    let settings = "\"type\": \"burgers\", \"points\": 32, \"viscosity\": 0.004, \"times\": [0.5]"
    let coarse = try solveSample("{\(settings), \"workingPoints\": 96}")
    let fine = try solveSample("{\(settings), \"workingPoints\": 768}")
    let used = try #require(coarse.quality["workingPoints"])
    #expect(used > 96 && used < 768)
    // The coarser solve lacks the initial modes above its cut-off, which viscosity removes by this time.
    expectClose(coarse.fields[0], fine.fields[0], tolerance: 1e-3, "accepted grid \(used)")
  }

  @Test("a sample that no allowed grid resolves is refused with the grid to allow")
  func refusesUnderResolved() throws {
    let problem = try makeProblem(
      """
      {"type": "burgers", "points": 32, "viscosity": 0.0005, "times": [1], "workingPoints": 96,
       "accuracy": {"maximumPoints": 192}}
      """)
    let error = #expect(throws: SolverError.self) { try problem.makeSolver().solve(index: 4, seed: 9) }
    let diagnostic = try #require(error).diagnostic
    #expect(diagnostic.exitCode == .numericalFailure)
    #expect(diagnostic.code == "numerics.resolution")
    #expect(diagnostic.summary == "192 points per direction do not resolve the solution")
    #expect(diagnostic.location == "burgers, sample 4 of seed 9")
    #expect(diagnostic.fix == "set accuracy.maximumPoints to 384 or more, or raise the viscosity")
  }
}
