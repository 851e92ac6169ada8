import ComplexModule
import Configuration
import RealModule
import Spectral
import Tensors

/// A short sum of sines with random amplitudes, wavenumbers and phases on a circle of length ℓ.
///
///     u(x) = m + Σ_{i<n} A_i sin(2π l_i x/ℓ + φ_i),   A_i ~ U(-a, a),  l_i ~ U{1…l_max},  φ_i ~ U(0, 2π)
///
/// Every number is a Philox draw of (seed, sample, i): the field is the same on every grid.
///
/// - References: J. Brandstetter, M. Welling, D. E. Worrall, Lie point symmetry data augmentation for neural PDE
///   solvers, ICML 2022, eq. 24 (n = 10, a = ½).
package struct RandomSines: Sendable, Equatable {
  package var count: Int
  package var amplitude: Double
  package var largestWavenumber: Int
  package var mean: Double

  package init(count: Int = 10, amplitude: Double = 0.5, largestWavenumber: Int = 3, mean: Double = 0) {
    self.count = count
    self.amplitude = amplitude
    self.largestWavenumber = largestWavenumber
    self.mean = mean
  }

  init(from reader: ConfigReader, default value: RandomSines) throws {
    count = try reader.int("count", default: value.count, in: 1...10_000, doc: "number n of sines")
    amplitude = try reader.double(
      "amplitude", default: value.amplitude, in: 0...1e6, doc: "amplitudes are uniform in (-a, a)")
    largestWavenumber = try reader.int(
      "largestWavenumber", default: value.largestWavenumber, in: 1...10_000,
      doc: "wavenumbers are uniform in 1…l_max periods per length")
    mean = try reader.double("mean", default: value.mean, in: -1e6...1e6, doc: "constant added to the sum")
  }

  /// Coefficients k = 0…modes; sines above the last mode are left out.
  package func line(modes: Int, stream: String, index: Int, seed: UInt64) -> WorkArray {
    let generator = Philox(seed: seed, stream: stream)
    let state = WorkArray(count: 2 * (modes + 1))
    state[0] = mean
    for i in 0..<count {
      let draw = generator.uniforms(UInt64(bitPattern: Int64(index)), UInt64(i))
      let k = 1 + min(largestWavenumber - 1, Int(draw[1] * Double(largestWavenumber)))
      guard k <= modes else { continue }
      // sin θ = Re(-i e^{iθ}), and a real field holds half of that at k and half at -k.
      let value = Complex(length: amplitude * (draw[0] - 0.5), phase: 2 * .pi * draw[2] - .pi / 2)
      state.pointer[2 * k] += value.real
      state.pointer[2 * k + 1] += value.imaginary
    }
    return state
  }

  func parameters(prefix: String) -> [(name: String, value: ProblemParameter)] {
    [
      (prefix + "Count", .number(Double(count))), (prefix + "Amplitude", .number(amplitude)),
      (prefix + "LargestWavenumber", .number(Double(largestWavenumber))), (prefix + "Mean", .number(mean)),
    ]
  }
}
