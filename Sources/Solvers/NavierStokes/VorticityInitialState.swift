import ComplexModule
import Configuration
import RealModule
import Spectral
import Tensors

/// The named distributions of initial vorticity on the unit torus; none of them has a mean.
///
/// Each is a set of Fourier coefficients drawn in closed form, so that a sample on a finer grid is the same field plus
/// modes. Only the shear layer is sampled, on a fixed grid whatever the solver's.
package enum VorticityInitialState: Sendable, Equatable {
  case gaussian(GaussianCovariance)
  /// A band of wavenumbers around a peak, at unit mean square velocity.
  case mcWilliams(DecayingSpectrum)
  /// Velocity from products of sines up to a wavenumber.
  case sines(largestWavenumber: Int)
  case bumps(GaussianBumps)
  /// Vortices whose circulation, not height, is bounded.
  case vortices(GaussianBumps)
  /// Random constants in (-1, 1) on a checkerboard of squares.
  case squares(perSide: Int)
  case shearLayer(ShearLayer)
  /// No vorticity at all, for flows that a forcing starts.
  case rest

  init(from reader: ConfigReader) throws {
    let covariance = GaussianCovariance(variance: 343, tau: 7, alpha: 2.5)
    let bumps = GaussianBumps(counts: 100...100, amplitudes: -20...20, widths: 0.02...0.1)
    self = try reader.variant(
      "initial",
      of: [
        (
          "gaussian", "Gaussian field of covariance σ²(-Δ+τ²)^(-α) without mean",
          { .gaussian(try GaussianCovariance(from: $0, default: covariance)) }
        ),
        ("mcwilliams", "decaying turbulence of McWilliams", { .mcWilliams(try DecayingSpectrum(from: $0)) }),
        (
          "sines", "velocity from products of sines",
          {
            .sines(
              largestWavenumber: try $0.int(
                "largestWavenumber", default: 10, in: 1...100, doc: "products of up to so many periods"))
          }
        ),
        (
          "vortices", "Gaussian vortices of height α/s",
          { .vortices(try GaussianBumps(from: $0, default: Self.poseidonVortices)) }
        ),
        ("bumps", "Gaussian vortices", { .bumps(try GaussianBumps(from: $0, default: bumps)) }),
        (
          "squares", "piecewise constant vorticity",
          { .squares(perSide: try $0.int("perSide", default: 10, in: 2...100, doc: "squares per side")) }
        ),
        ("shear-layer", "two perturbed shear layers", { .shearLayer(try ShearLayer(from: $0)) }),
        ("rest", "no vorticity", { _ in .rest }),
      ], default: "gaussian", doc: "distribution of the initial vorticity")
  }

  /// A hundred vortices α/s exp(-r²/2s²), α ~ U(-1, 1), s ~ U(0.01, 0.1): the "Gauss" states of Poseidon.
  package static let poseidonVortices = GaussianBumps(
    counts: 100...100, amplitudes: -1...1, widths: 0.01...0.1, isHeightOverWidth: true)

  /// Packed coefficients of a sample's vorticity.
  package func coefficients(on plane: PackedPlane, index: Int, seed: UInt64) -> WorkArray {
    let stream = "initial-condition"
    let state: WorkArray
    switch self {
    case .gaussian(let covariance):
      state = PeriodicGaussianField(covariance: covariance, stream: stream)
        .plane(plane, index: index, seed: seed)
    case .mcWilliams(let spectrum): state = spectrum.plane(plane, stream: stream, index: index, seed: seed)
    case .sines(let largest):
      state = Self.sines(largest, on: plane, Philox(seed: seed, stream: stream), index)
    case .bumps(let bumps), .vortices(let bumps):
      state = bumps.plane(plane, stream: stream, index: index, seed: seed)
    case .squares(let perSide):
      state = Self.squares(perSide, on: plane, Philox(seed: seed, stream: stream), index)
    case .shearLayer(let layer): state = layer.plane(plane, Philox(seed: seed, stream: stream), index)
    case .rest: state = WorkArray(count: 2 * plane.count)
    }
    // Vorticity of a periodic flow has no mean.
    state[0] = 0
    state[1] = 0
    return state
  }

  /// u = Σ a sin X sin Y, v = Σ a cos X cos Y, X = 2πix + β, Y = 2πjy + γ, a = α/√(2π(i+j)), α ~ U(-1, 1),
  /// made free of divergence: ω = v_x - u_y = -Σ α √(2π(i+j)) sin X cos Y.
  private static func sines(
    _ largest: Int, on plane: PackedPlane, _ generator: Philox, _ index: Int
  ) -> WorkArray {
    let state = WorkArray(count: 2 * plane.count)
    let limit = min(largest, plane.modes)
    for i in 1...limit {
      for j in 1...limit {
        let draw = generator.uniforms(UInt64(bitPattern: Int64(index)), UInt64(i), UInt64(j))
        let strength = -(2 * draw[0] - 1) * (2 * .pi * Double(i + j)).squareRoot()
        let (beta, gamma) = (2 * Double.pi * draw[1], 2 * Double.pi * draw[2])
        // sin X cos Y = ½ (sin(X+Y) + sin(X-Y)), and each sine is half at ±k; stored are those with k₂ > 0.
        let sum = Complex(length: strength / 4, phase: beta + gamma - .pi / 2)
        let difference = Complex(length: strength / 4, phase: gamma - beta + .pi / 2)
        for (k1, value) in [(i, sum), (-i, difference)] {
          let at = 2 * plane.index(k1, j)
          state.pointer[at] += value.real
          state.pointer[at + 1] += value.imaginary
        }
      }
    }
    return state
  }

  /// c_k = Σ_mn w_mn b_k1(m) b_k2(n), b the coefficients of the indicator of one interval.
  private static func squares(
    _ perSide: Int, on plane: PackedPlane, _ generator: Philox, _ index: Int
  ) -> WorkArray {
    func interval(_ k: Int, _ m: Int) -> Complex<Double> {
      guard k != 0 else { return Complex(1 / Double(perSide)) }
      func phase(_ edge: Int) -> Complex<Double> {
        let turn = exactSineAndCosine(numerator: -k * edge, denominator: perSide)
        return Complex(turn.cosine, turn.sine)
      }
      return (phase(m + 1) - phase(m)) / Complex(0, -2 * .pi * Double(k))
    }
    let weights = (0..<perSide).map { m in
      (0..<perSide).map { n in
        2 * generator.uniforms(UInt64(bitPattern: Int64(index)), UInt64(m), UInt64(n))[0] - 1
      }
    }
    let table = (0...plane.modes).map { k in (0..<perSide).map { interval(k, $0) } }
    let state = WorkArray(count: 2 * plane.count)
    for k2 in 0...plane.modes {
      let rows = weights.map { row in zip(row, table[k2]).reduce(Complex(0)) { $0 + Complex($1.0) * $1.1 } }
      for k1 in -plane.modes...plane.modes {
        let factors = table[abs(k1)]
        let value = zip(rows, factors).reduce(Complex(0)) { sum, pair in
          sum + pair.0 * (k1 >= 0 ? pair.1 : pair.1.conjugate)
        }
        let at = 2 * plane.index(k1, k2)
        state.pointer[at] = value.real
        state.pointer[at + 1] = value.imaginary
      }
    }
    return state
  }

  var parameters: [(name: String, value: ProblemParameter)] {
    func named(_ name: String) -> [(name: String, value: ProblemParameter)] {
      [("initialState", .text(name))]
    }
    switch self {
    case .gaussian(let covariance): return named("gaussian") + covariance.parameters(prefix: "initial")
    case .mcWilliams(let spectrum): return named("mcwilliams") + spectrum.parameters
    case .sines(let largest):
      return named("sines") + [("initialLargestWavenumber", .number(Double(largest)))]
    case .bumps(let bumps): return named("bumps") + bumps.parameters(prefix: "initial")
    case .vortices(let bumps): return named("vortices") + bumps.parameters(prefix: "initial")
    case .rest: return named("rest")
    case .squares(let perSide): return named("squares") + [("initialPerSide", .number(Double(perSide)))]
    case .shearLayer(let layer): return named("shear-layer") + layer.parameters
    }
  }
}
