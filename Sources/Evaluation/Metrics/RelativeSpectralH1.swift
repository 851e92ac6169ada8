import Spectral

/// Relative Sobolev norm with exact derivatives of the periodic trigonometric interpolant, wavenumbers
/// counted as integers.
///
///     √Σ_k (1 + |k|²)|ê_k|² / √Σ_k (1 + |k|²)|ŷ_k|²
///
/// Functions that are not periodic are treated as if they were, so that jumps at the boundary count.
/// Without the factor 2π a gradient counts less than in ``RelativeH1``: the two numbers must not be
/// compared.
///
/// - References: `HsLoss` of the FNO scripts (Z. Li et al., 2022) with k = 1, a = 1; MgNO (J. He et
///   al., ICLR 2024) counts wavenumbers from 20 on an axis as zero, this measure counts all.
public struct RelativeSpectralH1: Metric {
  public static let identifier = "relativeSpectralH1"
  public static let definition =
    "√Σ(1+|k|²)|ê|² / √Σ(1+|k|²)|ŷ|², integer wavenumbers k of the periodic extension"

  public init() {}

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    checkCounts(prediction, target, grid)
    let transform = RealTransform(shape: grid.points)
    let field = WorkArray(count: transform.pointCount)
    let spectrum = WorkArray(count: 2 * transform.modeCount)
    return withExtendedLifetime((field, spectrum)) {
      var error = 0.0
      var reference = 0.0
      for channel in 0..<grid.channels {
        for i in 0..<transform.pointCount {
          let at = i &* grid.channels &+ channel
          field.pointer[i] = prediction[at] - target[at]
        }
        transform.forward(field, to: spectrum)
        error += Self.weightedSum(spectrum.pointer, grid.points)
        for i in 0..<transform.pointCount { field.pointer[i] = target[i &* grid.channels &+ channel] }
        transform.forward(field, to: spectrum)
        reference += Self.weightedSum(spectrum.pointer, grid.points)
      }
      return relative(error.squareRoot(), to: reference.squareRoot())
    }
  }

  /// Σ (1 + |k|²)|û_k|² over the whole spectrum, from its half.
  private static func weightedSum(_ spectrum: UnsafeMutablePointer<Double>, _ points: [Int]) -> Double {
    let last = points[points.count - 1]
    let modes = last / 2 + 1
    let leading = points.dropLast()
    var sum = 0.0
    for row in 0..<leading.reduce(1, *) {
      var index = row
      var weight = 1.0
      for extent in leading.reversed() {
        let place = index % extent
        index /= extent
        let wavenumber = Double(min(place, extent - place))
        weight += wavenumber * wavenumber
      }
      for k in 0..<modes {
        let at = 2 &* (row &* modes &+ k)
        let power = spectrum[at] * spectrum[at] + spectrum[at &+ 1] * spectrum[at &+ 1]
        // All but the mean and, on even grids, the highest wavenumber stand for their mirror image too.
        let images = k == 0 || 2 * k == last ? 1.0 : 2.0
        sum += images * (weight + Double(k) * Double(k)) * power
      }
    }
    return sum
  }
}
