import RealModule
import Spectral
import Tensors

/// Gaussian fields on the unit square in the cosine basis of the Neumann Laplacian or the sine basis of the Dirichlet one.
///
///     u(x) = Σ_k σ (π²|k|²+τ²)^(-α/2) ξ_k φ_{k₁}(x₁) φ_{k₂}(x₂)
///     neumann: φ_0 = 1, φ_k = √2 cos πkx, k ≠ 0;   dirichlet: φ_k = √2 sin πkx, k_i ≥ 1
///
/// Coefficients are drawn per wave-vector and evaluated by a trigonometric transform on vertices i/(n-1) or on cell
/// centres (i+½)/n, so one sample is one field on either grid, and on any points by ``functions(at:)``.
package final class SquareGaussianField {
  package enum Basis: String, Sendable, CaseIterable { case neumann, dirichlet }

  package let points: Int
  package let modes: Int
  private let basis: Basis
  private let noiseStream: String
  private let transform: TrigonometricTransform
  /// Grid points inside of those whose values the transform yields: 1 for sines at vertices, which are zero at the ends.
  private let margin: Int
  private let work: WorkArray
  /// Standard deviation of each mode times the transform's factors, `[modes+1]²`.
  private let amplitudes: WorkArray
  package let values: WorkArray

  /// - Parameters:
  ///   - points: grid points per direction.
  ///   - atVertices: whether the grid includes the boundary.
  ///   - modes: largest wavenumber per direction; at most points - 2 at vertices, points - 1 at centres.
  ///   - lowest: how many modes are drawn, those of the smallest |k|; all by default.
  package init(
    points: Int, atVertices: Bool, modes: Int, covariance: GaussianCovariance, stream: String,
    basis: Basis = .neumann, lowest: Int? = nil
  ) {
    precondition(modes >= 1 && modes <= points - (atVertices ? 2 : 1))
    self.points = points
    self.modes = modes
    self.basis = basis
    noiseStream = stream
    values = WorkArray(count: points * points)
    margin = basis == .dirichlet && atVertices ? 1 : 0
    let inner = points - 2 * margin
    let kind: TrigonometricTransform.Kind =
      switch basis {
      case .neumann: atVertices ? .cosine1 : .cosine3
      case .dirichlet: atVertices ? .sine1 : .sine3
      }
    transform = TrigonometricTransform(kind, shape: [inner, inner])
    work = margin == 0 ? values : WorkArray(count: inner * inner)
    let width = modes + 1
    amplitudes = WorkArray(count: width * width)
    for k1 in 0...modes {
      for k2 in 0...modes where basis == .neumann ? k1 + k2 > 0 : k1 * k2 > 0 {
        // φ_k has the factor √2 and FFTW doubles every k ≥ 1, hence 1/√2 per nonzero component.
        let scale = (k1 > 0 ? 0.5.squareRoot() : 1) * (k2 > 0 ? 0.5.squareRoot() : 1)
        let squared = .pi * .pi * Double(k1 * k1 + k2 * k2)
        amplitudes.pointer[k1 * width + k2] = scale * covariance.deviation(squaredWavenumber: squared)
      }
    }
    if let lowest { keepLowest(lowest) }
  }

  /// Silences all but so many modes of the smallest |k|, ties in the order of k₁.
  private func keepLowest(_ count: Int) {
    let width = modes + 1
    func square(_ i: Int) -> Int { (i / width) * (i / width) + (i % width) * (i % width) }
    let drawn = (0..<width * width).filter { amplitudes.pointer[$0] != 0 }
    let order = drawn.sorted { (square($0), $0) < (square($1), $1) }
    for i in order.dropFirst(count) { amplitudes.pointer[i] = 0 }
  }

  /// Fills ``values`` with a sample, row-major.
  package func draw(index: Int, seed: UInt64) {
    let inner = points - 2 * margin
    // The first sine stands where the first cosine, the constant, does.
    let shift = basis == .neumann ? 0 : 1
    let field = work.pointer
    work.fill(0)
    forEachMode(index: index, seed: seed) { k1, k2, value in
      if k1 >= shift && k2 >= shift { field[(k1 - shift) * inner + k2 - shift] = value }
    }
    transform.apply(field)
    guard margin > 0 else { return }
    for i in 0..<inner {
      (values.pointer + (i + 1) * points + 1).update(from: field + i * inner, count: inner)
    }
  }

  /// Coefficients of the products of ``functions(at:)`` in a sample, `[modes+1]²`.
  package func coefficients(index: Int, seed: UInt64) -> [Double] {
    var result = [Double](repeating: 0, count: (modes + 1) * (modes + 1))
    forEachMode(index: index, seed: seed) { k1, k2, value in
      // The transform doubles every k ≥ 1 along either axis.
      result[k1 * (modes + 1) + k2] = value * (k1 > 0 ? 2 : 1) * (k2 > 0 ? 2 : 1)
    }
    return result
  }

  /// cos πkx or sin πkx, k = 0…modes, `[points][modes+1]`.
  package func functions(at points: [Double]) -> [Double] {
    points.flatMap { x in
      (0...modes).map { k in
        basis == .neumann ? Double.cos(.pi * Double(k) * x) : .sin(.pi * Double(k) * x)
      }
    }
  }

  @inline(__always)
  private func forEachMode(index: Int, seed: UInt64, _ body: (_ k1: Int, _ k2: Int, _ value: Double) -> Void)
  {
    let noise = SpectralNoise(seed: seed, stream: noiseStream, index: index)
    let (amplitude, width) = (amplitudes.pointer, modes + 1)
    for k1 in 0...modes {
      for k2 in stride(from: 0, through: modes, by: 2) {
        let (first, second) = noise.pair(k1, k2)
        body(k1, k2, amplitude[k1 * width + k2] * first)
        if k2 < modes { body(k1, k2 + 1, amplitude[k1 * width + k2 + 1] * second) }
      }
    }
  }
}
