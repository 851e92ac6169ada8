import Spectral

/// Sums of weighted squares of the Fourier coefficients of error and target.
struct SpectralSums {
  private(set) var error = 0.0
  private(set) var target = 0.0

  /// - Parameters:
  ///   - cut: wavenumbers of an axis from this one on count as 0; all as what they are unless given.
  ///   - weight: as a function of |k|², k integer wavenumbers.
  init(
    _ prediction: UnsafeBufferPointer<Double>, _ target: UnsafeBufferPointer<Double>, _ grid: MetricGrid,
    cut: Int = .max, weight: (Double) -> Double
  ) {
    checkCounts(prediction, target, grid)
    let transform = RealTransform(shape: grid.points)
    let field = WorkArray(count: transform.pointCount)
    let spectrum = WorkArray(count: 2 * transform.modeCount)
    withExtendedLifetime((field, spectrum)) {
      for channel in 0..<grid.channels {
        for i in 0..<transform.pointCount {
          let at = i &* grid.channels &+ channel
          field.pointer[i] = prediction[at] - target[at]
        }
        transform.forward(field, to: spectrum)
        error += Self.weightedSum(spectrum.pointer, grid.points, cut, weight)
        for i in 0..<transform.pointCount { field.pointer[i] = target[i &* grid.channels &+ channel] }
        transform.forward(field, to: spectrum)
        self.target += Self.weightedSum(spectrum.pointer, grid.points, cut, weight)
      }
    }
  }

  /// The relative error.
  var ratio: Double { relative(error.squareRoot(), to: target.squareRoot()) }

  /// Σ w(|k|²)|û_k|² over the whole spectrum, from its half.
  private static func weightedSum(
    _ spectrum: UnsafeMutablePointer<Double>, _ points: [Int], _ cut: Int, _ weight: (Double) -> Double
  ) -> Double {
    func square(_ wavenumber: Int) -> Double {
      wavenumber < cut ? Double(wavenumber) * Double(wavenumber) : 0
    }
    let last = points[points.count - 1]
    let modes = last / 2 + 1
    let leading = points.dropLast()
    var sum = 0.0
    for row in 0..<leading.reduce(1, *) {
      var index = row
      var others = 0.0
      for extent in leading.reversed() {
        let place = index % extent
        index /= extent
        others += square(min(place, extent - place))
      }
      for k in 0..<modes {
        let at = 2 &* (row &* modes &+ k)
        let power = spectrum[at] * spectrum[at] + spectrum[at &+ 1] * spectrum[at &+ 1]
        // All but the mean and, on even grids, the highest wavenumber stand for their mirror image too.
        let images = k == 0 || 2 * k == last ? 1.0 : 2.0
        sum += images * weight(others + square(k)) * power
      }
    }
    return sum
  }
}
