import Configuration
import RealModule
import Spectral
import Tensors

/// Initial states after PDEBench: two random sines, sometimes folded and sometimes cut by a window.
///
///     u = Σ_{i<2} A_i sin(2π l_i x/ℓ + φ_i),   A_i ~ U(0, 1),  l_i ~ U{1…4},  φ_i ~ U(0, 2π)
///     then with probability 1/10 |u|, a random sign, and with probability 1/10 a smooth window
///
/// What the published generator does besides is not repeated: its period is one grid spacing short of the domain;
/// a wavenumber drawn twice is doubled instead of drawn twice; wavenumbers that were not drawn add constants; and
/// wavenumbers and amplitudes share one random key.
///
/// A folded or cut state has no closed spectrum: it is sampled on ``samplingPoints`` points whatever the grid, so
/// that a sample is the same field at every resolution up to 2048 modes.
///
/// - References: M. Takamoto et al., PDEBench: An extensive benchmark for scientific machine learning, NeurIPS 2022.
package struct TwoWaves: Sendable, Equatable {
  /// Shift and scale each state to [0, 1], as for reaction and diffusion.
  package var isNormalized: Bool
  /// Probability of folding, and that of the window.
  package var oddity: Double

  package init(isNormalized: Bool = false, oddity: Double = 0.1) {
    self.isNormalized = isNormalized
    self.oddity = oddity
  }

  private static let samplingPoints = 4096
  private static let windowWidth = 0.01

  init(from reader: ConfigReader, default value: TwoWaves) throws {
    isNormalized = try reader.bool(
      "normalized", default: value.isNormalized, doc: "shift and scale each state to [0, 1]")
    oddity = try reader.double(
      "oddity", default: value.oddity, in: 0...1, doc: "probability of |u|, and that of the window")
  }

  /// Coefficients k = 0…modes.
  package func line(modes: Int, stream: String, index: Int, seed: UInt64) -> WorkArray {
    let count = Self.samplingPoints
    let grid = WorkArray(samples(stream: stream, index: index, seed: seed))
    let transform = RealTransform(shape: [count])
    let spectrum = WorkArray(count: 2 * transform.modeCount)
    transform.forward(grid, to: spectrum)
    let state = WorkArray(count: 2 * (modes + 1))
    for i in 0..<2 * min(modes + 1, count / 2) { state.pointer[i] = spectrum.pointer[i] / Double(count) }
    state[1] = 0
    return state
  }

  private func samples(stream: String, index: Int, seed: UInt64) -> [Double] {
    let generator = Philox(seed: seed, stream: stream)
    let sample = UInt64(bitPattern: Int64(index))
    let waves = (0..<2).map { generator.uniforms(sample, UInt64($0)) }
    let (choices, edges) = (generator.uniforms(sample, 2), generator.uniforms(sample, 3))
    let sign = choices[1] < 0.5 ? -1.0 : 1.0
    var values = (0..<Self.samplingPoints).map { j in
      let x = Double(j) / Double(Self.samplingPoints)
      var u = 0.0
      for draw in waves {
        let wavenumber = 1 + Double(min(3, Int(draw[1] * 4)))
        u += draw[0] * .sin(2 * .pi * (wavenumber * x + draw[2]))
      }
      if choices[0] < oddity { u = abs(u) }
      if choices[2] < oddity {
        let (left, right) = (0.1 + 0.35 * edges[0], 0.55 + 0.35 * edges[1])
        let rise = Double.tanh((x - left) / Self.windowWidth)
        u *= 0.5 * (rise - .tanh((x - right) / Self.windowWidth))
      }
      return sign * u
    }
    if isNormalized, let low = values.min(), let high = values.max(), high > low {
      values = values.map { ($0 - low) / (high - low) }
    }
    return values
  }

  func parameters(prefix: String) -> [(name: String, value: ProblemParameter)] {
    [(prefix + "Oddity", .number(oddity)), (prefix + "Normalized", .number(isNormalized ? 1 : 0))]
  }
}
