import RealModule
import Spectral
import Tensors

/// Fourier coefficients of Gaussian fields on the unit torus.
///
///     u(x) = Σ_{k≠0} c_k exp(2πi k·x),   c_{-k} = c̄_k,   c_k = σ (|2πk|²+τ²)^(-α/2) (ξ - iη)/√2
///
/// Only |k_i| ≤ K is filled and no Nyquist mode exists, so that the same sample on a finer grid is the same
/// field plus added modes.
package struct PeriodicGaussianField {
  package let covariance: GaussianCovariance
  package let stream: String

  package init(covariance: GaussianCovariance, stream: String) {
    self.covariance = covariance
    self.stream = stream
  }

  /// Coefficients k = 0…modes of a field on the circle, interleaved.
  package func line(modes: Int, index: Int, seed: UInt64) -> WorkArray {
    let noise = SpectralNoise(seed: seed, stream: stream, index: index)
    let state = WorkArray(count: 2 * (modes + 1))
    for k in stride(from: 1, through: modes, by: 1) {
      let (xi, eta) = noise.pair(k)
      let amplitude = deviation(k, 0) * 0.5.squareRoot()
      state.pointer[2 * k] = amplitude * xi
      state.pointer[2 * k + 1] = -amplitude * eta
    }
    return state
  }

  /// Coefficients of a field on the square, packed as ``PackedPlane``.
  package func plane(_ plane: PackedPlane, index: Int, seed: UInt64) -> WorkArray {
    let noise = SpectralNoise(seed: seed, stream: stream, index: index)
    let state = WorkArray(count: 2 * plane.count)
    let deviations = (0...2 * plane.modes * plane.modes).map { deviation(squared: $0) * 0.5.squareRoot() }
    for k1 in -plane.modes...plane.modes {
      // Half of the plane is drawn; modes with k₂ = 0 and k₁ < 0 are conjugates of those with k₁ > 0.
      for k2 in 0...plane.modes where k2 > 0 || k1 > 0 {
        let (xi, eta) = noise.pair(k1, k2)
        let amplitude = deviations[k1 * k1 + k2 * k2]
        set(state, plane.index(k1, k2), amplitude * xi, -amplitude * eta)
        if k2 == 0 { set(state, plane.index(-k1, 0), amplitude * xi, amplitude * eta) }
      }
    }
    return state
  }

  private func deviation(_ k1: Int, _ k2: Int) -> Double { deviation(squared: k1 * k1 + k2 * k2) }

  private func deviation(squared k: Int) -> Double {
    covariance.deviation(squaredWavenumber: 4 * .pi * .pi * Double(k))
  }

  private func set(_ state: WorkArray, _ i: Int, _ re: Double, _ im: Double) {
    state.pointer[2 * i] = re
    state.pointer[2 * i + 1] = im
  }
}
