import RealModule
import Spectral
import Tensors

/// Gaussian fields on the unit square in the cosine basis of the Neumann Laplacian.
///
///     u(x) = Σ_{k≠0} σ (π²|k|²+τ²)^(-α/2) ξ_k φ_{k₁}(x₁) φ_{k₂}(x₂),   φ_0 = 1, φ_k = √2 cos πkx
///
/// Coefficients are drawn per wave-vector and evaluated by a cosine transform on vertices i/(n-1) or on cell
/// centres (i+½)/n, so one sample is one field on either grid.
package final class NeumannGaussianField {
  package let points: Int
  package let modes: Int
  private let noiseStream: String
  private let transform: TrigonometricTransform
  /// Standard deviation of each mode times the transform's factors, `[modes+1]²`.
  private let amplitudes: WorkArray
  package let values: WorkArray

  /// - Parameters:
  ///   - points: grid points per direction.
  ///   - atVertices: whether the grid includes the boundary.
  ///   - modes: largest wavenumber per direction; at most points - 2 at vertices, points - 1 at centres.
  package init(points: Int, atVertices: Bool, modes: Int, covariance: GaussianCovariance, stream: String) {
    precondition(modes >= 1 && modes <= points - (atVertices ? 2 : 1))
    self.points = points
    self.modes = modes
    noiseStream = stream
    transform = TrigonometricTransform(atVertices ? .cosine1 : .cosine3, shape: [points, points])
    values = WorkArray(count: points * points)
    let width = modes + 1
    amplitudes = WorkArray(count: width * width)
    for k1 in 0...modes {
      for k2 in 0...modes where k1 + k2 > 0 {
        // φ_k = √2 cos and FFTW doubles every k ≥ 1, hence 1/√2 per nonzero component.
        let scale = (k1 > 0 ? 0.5.squareRoot() : 1) * (k2 > 0 ? 0.5.squareRoot() : 1)
        let squared = .pi * .pi * Double(k1 * k1 + k2 * k2)
        amplitudes.pointer[k1 * width + k2] = scale * covariance.deviation(squaredWavenumber: squared)
      }
    }
  }

  /// Fills ``values`` with a sample, row-major.
  package func draw(index: Int, seed: UInt64) {
    let noise = SpectralNoise(seed: seed, stream: noiseStream, index: index)
    let (field, amplitude, width) = (values.pointer, amplitudes.pointer, modes + 1)
    values.fill(0)
    for k1 in 0...modes {
      for k2 in stride(from: 0, through: modes, by: 2) {
        let (first, second) = noise.pair(k1, k2)
        field[k1 * points + k2] = amplitude[k1 * width + k2] * first
        if k2 < modes { field[k1 * points + k2 + 1] = amplitude[k1 * width + k2 + 1] * second }
      }
    }
    transform.apply(field)
  }
}
