import Configuration
import RealModule
import Spectral

/// Random vorticity whose energy lies around one wavenumber, as in studies of decaying turbulence.
///
///     ψ_k = s ξ_k (|k| (τ² + (|k|/k₀)⁴))^{-1},   ω_k = 4π²|k|² ψ_k,   ⟨|u|²⟩ = U²
///
/// ξ is complex white noise per wave-vector; s sets the mean square velocity of each sample exactly. The sum for s
/// runs over |k_i| ≤ ``scaleModes`` whatever the grid, so that a sample does not depend on it.
///
/// - References: J. C. McWilliams, The emergence of isolated coherent vortices in turbulent flow, J. Fluid Mech. 146
///   (1984) 21–43.
package struct DecayingSpectrum: Sendable, Equatable {
  /// k₀.
  package var peak: Double
  /// τ.
  package var offset: Double
  /// U, root mean square velocity.
  package var velocity: Double

  private static let scaleModes = 64

  package init(peak: Double = 4, offset: Double = 1, velocity: Double = 1 / (2 * .pi)) {
    self.peak = peak
    self.offset = offset
    self.velocity = velocity
  }

  /// The default velocity is that of a torus of side 2π with unit velocity, in units of its side.
  init(from reader: ConfigReader) throws {
    let value = DecayingSpectrum()
    peak = try reader.double(
      "peak", default: value.peak, in: 0.1...1000, doc: "k₀, periods per side at which the spectrum turns")
    offset = try reader.double("offset", default: value.offset, in: 1e-6...1e6, doc: "τ in τ² + (k/k₀)⁴")
    velocity = try reader.double(
      "velocity", default: value.velocity, in: 1e-6...1e6, doc: "root mean square velocity of each sample")
  }

  func plane(_ plane: PackedPlane, stream: String, index: Int, seed: UInt64) -> WorkArray {
    let noise = SpectralNoise(seed: seed, stream: stream, index: index)
    let state = WorkArray(count: 2 * plane.count)
    let reach = max(Self.scaleModes, plane.modes)
    var square = 0.0
    for k1 in -reach...reach {
      // Half of the plane is drawn; modes with k₂ = 0 and k₁ < 0 are conjugates of those with k₁ > 0.
      for k2 in 0...reach where k2 > 0 || k1 > 0 {
        let (xi, eta) = noise.pair(k1, k2)
        let wavenumber = Double(k1 * k1 + k2 * k2).squareRoot()
        let flow = 1 / (wavenumber * (offset * offset + .pow(wavenumber / peak, 4)))
        let speed = 2 * .pi * wavenumber * flow
        if max(abs(k1), k2) <= Self.scaleModes { square += 2 * speed * speed * (xi * xi + eta * eta) }
        guard max(abs(k1), k2) <= plane.modes else { continue }
        let vorticity = 2 * .pi * wavenumber * speed
        set(state, plane.index(k1, k2), vorticity * xi, vorticity * eta)
        if k2 == 0 { set(state, plane.index(-k1, 0), vorticity * xi, -vorticity * eta) }
      }
    }
    let scale = velocity / square.squareRoot()
    for i in 0..<state.count { state.pointer[i] *= scale }
    return state
  }

  private func set(_ state: WorkArray, _ i: Int, _ re: Double, _ im: Double) {
    state.pointer[2 * i] = re
    state.pointer[2 * i + 1] = im
  }

  var parameters: [(name: String, value: ProblemParameter)] {
    [
      ("initialPeak", .number(peak)), ("initialOffset", .number(offset)),
      ("initialVelocity", .number(velocity)),
    ]
  }
}
