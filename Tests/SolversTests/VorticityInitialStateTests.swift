import Diagnostics
import Solvers
import Spectral
import Tensors
import TestSupport
import Testing

/// Sums of closed formulas in double precision.
private let formulaTolerance = 1e-11

@Suite("Initial vorticity and forcing")
struct VorticityInitialStateTests {
  private static let everyState: [VorticityInitialState] = [
    .gaussian(GaussianCovariance(variance: 343, tau: 7, alpha: 2.5)), .mcWilliams(DecayingSpectrum()),
    .sines(largestWavenumber: 6),
    .bumps(GaussianBumps(counts: 3...9, amplitudes: -2...2, widths: 0.05...0.1)), .squares(perSide: 5),
    .shearLayer(ShearLayer()), .vortices(VorticityInitialState.poseidonVortices),
  ]

  @Test("has no mean, is real, and only gains modes on a finer grid", arguments: 0..<7)
  func structure(_ which: Int) {
    let state = Self.everyState[which]
    let (coarse, fine) = (PackedPlane(modes: 12), PackedPlane(modes: 31))
    let (a, b) = (
      state.coefficients(on: coarse, index: 3, seed: 2), state.coefficients(on: fine, index: 3, seed: 2)
    )
    #expect(b[0] == 0 && b[1] == 0)
    #expect(b.values.contains { $0 != 0 })
    var (of, on): ([Double], [Double]) = ([], [])
    for (i, k) in coarse.wavenumbers.enumerated() {
      let j = fine.index(k.k1, k.k2)
      of += [a[2 * i], a[2 * i + 1]]
      on += [b[2 * j], b[2 * j + 1]]
    }
    expectClose(of, on, tolerance: 1e-14, "shared modes")
    for k in 1...31 {
      let (plus, minus) = (2 * fine.index(k, 0), 2 * fine.index(-k, 0))
      #expect(abs(b[plus] - b[minus]) <= 1e-13 && abs(b[plus + 1] + b[minus + 1]) <= 1e-13, "mode \(k)")
    }
  }

  @Test("decaying turbulence has the stated mean square velocity")
  func velocity() {
    let plane = PackedPlane(modes: 64)
    let state = VorticityInitialState.mcWilliams(DecayingSpectrum(velocity: 0.3))
      .coefficients(on: plane, index: 0, seed: 9)
    var square = 0.0
    for (i, k) in plane.wavenumbers.enumerated() where k.k1 != 0 || k.k2 != 0 {
      let vorticity = power(state[2 * i], 2) + power(state[2 * i + 1], 2)
      square += plane.multiplicity[i] * vorticity / (4 * .pi * .pi * Double(k.k1 * k.k1 + k.k2 * k.k2))
    }
    #expect(abs(square - 0.09) <= 1e-13, "⟨|u|²⟩ = \(square)")
  }

  @Test("sines are the curl of their velocity")
  func sines() {
    let (largest, plane, points) = (4, PackedPlane(modes: 8), 20)
    let state = VorticityInitialState.sines(largestWavenumber: largest)
      .coefficients(on: plane, index: 7, seed: 5)
    let generator = Philox(seed: 5, stream: "initial-condition")
    let expected = (0..<points * points).map { place -> Double in
      let (x, y) = (Double(place / points) / Double(points), Double(place % points) / Double(points))
      var sum = 0.0
      for i in 1...largest {
        for j in 1...largest {
          let draw = generator.uniforms(7, UInt64(i), UInt64(j))
          let (p, q) = (2 * Double.pi * Double(i), 2 * Double.pi * Double(j))
          let (first, second) = (p * x + 2 * .pi * draw[1], q * y + 2 * .pi * draw[2])
          let a = (2 * draw[0] - 1) / (p + q).squareRoot()
          // v_x of cos X cos Y less u_y of sin X sin Y.
          sum += a * (-p * sine(first) * cosine(second) - q * sine(first) * cosine(second))
        }
      }
      return sum
    }
    expectClose(plane.values(of: state.pointer, points: points), expected, tolerance: formulaTolerance)
  }

  @Test("a shear layer without perturbation is its profile")
  func shearLayer() {
    let (plane, points) = (PackedPlane(modes: 84), 192)
    let state = VorticityInitialState.shearLayer(ShearLayer(thickness: 0.06, perturbation: 0))
      .coefficients(on: plane, index: 0, seed: 0)
    let expected = (0..<points * points).map { place -> Double in
      let y = Double(place % points) / Double(points)
      // -d/dy of tanh((y - ¼)/δ) below ½ and of tanh((¾ - y)/δ) above: cosh by two exponentials.
      func layer(_ z: Double) -> Double { power(2 / (exponential(z) + exponential(-z)), 2) / 0.06 }
      return layer((y - 0.75) / 0.06) - layer((y - 0.25) / 0.06)
    }
    // The layers reach over the edge of the period by sech²(¼/δ) = 1e-3, where the nearest image counts.
    for column in [40, 60, 100, 150] {
      let values = plane.values(of: state.pointer, points: points)
      #expect(abs(values[column] - expected[column]) <= 5e-3 * 17, "column \(column)")
      #expect(abs(values[column] - values[7 * points + column]) <= 1e-12, "column \(column)")
    }
  }

  @Test("squares are constant within, at their own heights")
  func squares() {
    let (perSide, plane, points) = (4, PackedPlane(modes: 150), 320)
    let state = VorticityInitialState.squares(perSide: perSide).coefficients(on: plane, index: 1, seed: 3)
    let values = plane.values(of: state.pointer, points: points)
    let generator = Philox(seed: 3, stream: "initial-condition")
    var heights: [Double] = []
    for m in 0..<perSide {
      for n in 0..<perSide { heights.append(2 * generator.uniforms(1, UInt64(m), UInt64(n))[0] - 1) }
    }
    let mean = heights.reduce(0, +) / Double(heights.count)
    for m in 0..<perSide {
      for n in 0..<perSide {
        let centre = values[(80 * m + 40) * points + 80 * n + 40]
        // A Fourier sum of 150 modes rings by about 2/(π·150·2·⅛) at an eighth from the edges.
        #expect(abs(centre - (heights[perSide * m + n] - mean)) <= 0.03, "square \(m), \(n): \(centre)")
      }
    }
  }

  @Test("Kolmogorov forcing with drag drives its laminar flow exactly")
  func kolmogorov() {
    let (viscosity, drag, time) = (0.002, 0.3, 4.0)
    let system = VorticitySystem(
      points: 32, viscosity: viscosity, meanFlow: (0, 0),
      forcing: FourierForcing.kolmogorov(wavenumber: 4, amplitude: 1.5), drag: drag)
    let stepper = ExponentialStepper(system, table: .etdrk4)
    stepper.start(from: WorkArray(count: 2 * system.modeCount), time: 0)
    for _ in 0..<80 {
      _ = stepper.propose(time / 80)
      stepper.accept()
    }
    let rate = viscosity * 64 * .pi * .pi + drag
    let height = -6 * (1 - exponential(-rate * time)) / rate
    let expected = (0..<24 * 24).map { height * cosine(8 * .pi * Double($0 % 24) / 24) }
    expectCloseBar(
      system.plane.values(of: stepper.state.pointer, points: 24), expected, tolerance: formulaTolerance,
      "Navier-Stokes: laminar Kolmogorov flow with drag")
  }

  @Test("a forcing that the working grid does not carry is refused")
  func refusesForcing() {
    let error = #expect(throws: Diagnostic.self) {
      try makeProblem(
        """
        {"type": "navier-stokes", "workingPoints": 32, "forcing": {"type": "kolmogorov", "wavenumber": 11}}
        """)
    }
    #expect(error?.summary == "32 working points do not carry the forcing")
    #expect(error?.fix == "set workingPoints to 66 or more")
  }
}
