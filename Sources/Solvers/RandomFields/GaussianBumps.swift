import ComplexModule
import Configuration
import RealModule
import Spectral
import Tensors

/// A sum of periodic Gaussian bumps at random places of the unit torus.
///
///     u(x) = Σ_i A_i Σ_n exp(-|x - x_i - n|² / 2s_i²),   c_k = Σ_i A_i 2πs_i² e^{-2π²s_i²|k|²} e^{-2πi k·x_i}
///
/// Periodic images are summed by Poisson's formula, so the coefficients are exact on every grid. The number of bumps,
/// amplitudes and widths are uniform in their ranges, places uniform on the torus. With ``isHeightOverWidth`` the height of a
/// bump is A_i/s_i.
package struct GaussianBumps: Sendable, Equatable {
  package var counts: ClosedRange<Int>
  package var amplitudes: ClosedRange<Double>
  /// Standard deviations s, in units of the side.
  package var widths: ClosedRange<Double>

  /// Whether amplitudes are divided by the width of their bump; it belongs to the kind of distribution.
  package var isHeightOverWidth: Bool

  package init(
    counts: ClosedRange<Int>, amplitudes: ClosedRange<Double>, widths: ClosedRange<Double>,
    isHeightOverWidth: Bool = false
  ) {
    self.isHeightOverWidth = isHeightOverWidth
    self.counts = counts
    self.amplitudes = amplitudes
    self.widths = widths
  }

  init(from reader: ConfigReader, default value: GaussianBumps) throws {
    isHeightOverWidth = value.isHeightOverWidth
    func sorted(_ pair: [Double]) -> ClosedRange<Double> {
      min(pair[0], pair[1])...max(pair[0], pair[1])
    }
    let number = try reader.ints(
      "count", default: [value.counts.lowerBound, value.counts.upperBound], count: 2, each: 1...10_000,
      doc: "least and greatest number of bumps")
    counts = min(number[0], number[1])...max(number[0], number[1])
    amplitudes = sorted(
      try reader.doubles(
        "amplitude", default: [value.amplitudes.lowerBound, value.amplitudes.upperBound], count: 2,
        each: -1e6...1e6, doc: "least and greatest amplitude"))
    widths = sorted(
      try reader.doubles(
        "width", default: [value.widths.lowerBound, value.widths.upperBound], count: 2, each: 1e-4...1,
        doc: "least and greatest standard deviation, in units of the side"))
  }

  /// Coefficients of the kept modes.
  package func plane(_ plane: PackedPlane, stream: String, index: Int, seed: UInt64) -> WorkArray {
    let generator = Philox(seed: seed, stream: stream)
    let sample = UInt64(bitPattern: Int64(index))
    let state = WorkArray(count: 2 * plane.count)
    let span = Double(counts.count)
    let count = counts.lowerBound + min(counts.count - 1, Int(generator.uniforms(sample, 0)[0] * span))
    let modes = plane.modes
    for i in 0..<count {
      let (place, shape) = (
        generator.uniforms(sample, 1, UInt64(i)), generator.uniforms(sample, 2, UInt64(i))
      )
      let amplitude = between(amplitudes, shape[0])
      let width = between(widths, shape[1])
      let height = isHeightOverWidth ? amplitude / width : amplitude
      // A Gaussian is a product: one factor per direction.
      func factor(_ k: Int, _ x: Double) -> Complex<Double> {
        let decay = -2 * Double.pi * Double.pi * width * width * Double(k * k)
        return Complex(length: .exp(decay), phase: -2 * .pi * Double(k) * x)
      }
      let first = (-modes...modes).map { factor($0, place[0]) }
      let second = (0...modes).map { factor($0, place[1]) }
      let volume = Complex(height * 2 * .pi * width * width)
      for k1 in -modes...modes {
        let row = volume * first[k1 + modes]
        for k2 in 0...modes {
          let value = row * second[k2]
          let at = 2 * plane.index(k1, k2)
          state.pointer[at] += value.real
          state.pointer[at + 1] += value.imaginary
        }
      }
    }
    return state
  }

  private func between(_ range: ClosedRange<Double>, _ fraction: Double) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * fraction
  }

  func parameters(prefix: String) -> [(name: String, value: ProblemParameter)] {
    [
      (prefix + "FewestBumps", .number(Double(counts.lowerBound))),
      (prefix + "MostBumps", .number(Double(counts.upperBound))),
      (prefix + "LeastAmplitude", .number(amplitudes.lowerBound)),
      (prefix + "GreatestAmplitude", .number(amplitudes.upperBound)),
      (prefix + "LeastWidth", .number(widths.lowerBound)),
      (prefix + "GreatestWidth", .number(widths.upperBound)),
    ]
  }
}
