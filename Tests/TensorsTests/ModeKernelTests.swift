import Tensors
import TestSupport
import Testing

@Suite("Kernels over Fourier modes equal their naive twins") struct ModeKernelTests {
  /// Numbers of modes around the vector lengths, and none.
  static let counts = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 40]

  struct Number {
    var re: Double
    var im: Double
    static func * (a: Number, b: Number) -> Number {
      Number(re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re)
    }
    static func + (a: Number, b: Number) -> Number { Number(re: a.re + b.re, im: a.im + b.im) }
    static func - (a: Number, b: Number) -> Number { Number(re: a.re - b.re, im: a.im - b.im) }
    var conjugate: Number { Number(re: re, im: -im) }
    /// exp(2πi turn)
    static func onCircle(_ turn: Double) -> Number {
      Number(re: mathCos(2 * .pi * turn), im: mathSin(2 * .pi * turn))
    }
  }

  private func random(_ count: Int, _ name: String) -> [Double] {
    let numbers = Philox(seed: 4, stream: name)
    return (0..<count).map { numbers.normals(UInt64($0)).0 }
  }

  private func numbers(_ values: [Double]) -> [Number] {
    stride(from: 0, to: values.count, by: 2).map { Number(re: values[$0], im: values[$0 + 1]) }
  }

  private func flat(_ values: [Number]) -> [Double] { values.flatMap { [$0.re, $0.im] } }

  @Test("sums over stages, real and complex weights", arguments: KernelSet.supported)
  func combine(_ set: KernelSet) {
    for count in Self.counts {
      for terms in 1...8 {
        for isComplex in [false, true] {
          let weights = (0..<terms).map { random((isComplex ? 2 : 1) * count, "w\($0)") }
          let values = (0..<terms).map { random(2 * count, "x\($0)") }
          let expected = (0..<count).map { k in
            (0..<terms).reduce(Number(re: 0, im: 0)) { sum, j in
              let w = isComplex ? numbers(weights[j])[k] : Number(re: weights[j][k], im: 0)
              return sum + w * numbers(values[j])[k]
            }
          }
          let buffers = (weights + values).map { array in
            let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: array.count)
            _ = buffer.initialize(from: array)
            return buffer
          }
          defer { for buffer in buffers { buffer.deallocate() } }
          let pointers = buffers.map { $0.baseAddress.map { UnsafeRawPointer($0) } }
          var out = [Double](repeating: .nan, count: 2 * count)
          ModeKernels(set: set).combine(
            count, isComplex: isComplex, terms: terms, weights: Array(pointers.prefix(terms)),
            values: Array(pointers.suffix(terms)), into: &out)
          expectClose(out, flat(expected), tolerance: 1e-14, "\(count) modes, \(terms) terms, \(isComplex)")
        }
      }
    }
  }

  @Test("the last mode above a share of the norm", arguments: KernelSet.supported)
  func activeModes(_ set: KernelSet) {
    let kernels = ModeKernels(set: set)
    for count in Self.counts {
      for last in 0..<count {
        // Only the imaginary part of the last one; what follows is below the share, but not zero.
        var x = random(2 * count, "active").enumerated().map { $0.offset <= 2 * last ? $0.element : 1e-20 }
        x[2 * last + 1] = 1e-3
        #expect(kernels.activeModes(count, x, above: 1e-20) == last + 1, "\(last) of \(count)")
        x[0] = .nan
        #expect(kernels.activeModes(count, x, above: 1e-20) == count)
      }
      #expect(kernels.activeModes(count, [Double](repeating: 0, count: 2 * count), above: 1e-36) == 0)
    }
  }

  @Test("real lines as complex ones of half the length, both ways", arguments: KernelSet.supported)
  func lines(_ set: KernelSet) {
    let kernels = ModeKernels(set: set)
    for half in [1, 2, 5, 8, 16, 25, 32] {
      let turns = flat((0...half).map { Number(re: 0, im: 1) * .onCircle(Double($0) / Double(2 * half)) })
      for count in 1...half {
        var modes = random(2 * count, "modes")
        modes[1] = 0
        let given = numbers(modes) + [Number](repeating: Number(re: 0, im: 0), count: half + 1 - count)
        // The defining sum: modes of the even points, and i times those of the odd points.
        let expected = (0..<half).map { m in
          let (lower, upper) = (given[m], given[half - m].conjugate)
          let odd = (lower - upper) * .onCircle(Double(m) / Double(2 * half))
          return lower + upper + Number(re: 0, im: 1) * odd
        }
        var spectrum = [Double](repeating: .nan, count: 2 * half)
        kernels.spreadLine(half: half, count: count, modes, turns: turns, into: &spectrum)
        expectClose(spectrum, flat(expected), tolerance: 1e-14, "\(count) modes on \(2 * half) points")

        let factors = random(2 * count, "factors")
        var back = [Double](repeating: .nan, count: 2 * count)
        kernels.gatherLine(half: half, count: count, spectrum, turns: turns, factors: nil, into: &back)
        // Even and odd parts hold every mode twice.
        expectClose(back, modes.map { 2 * $0 }, tolerance: 1e-14, "back, \(count) of \(2 * half)")
        kernels.gatherLine(half: half, count: count, spectrum, turns: turns, factors: factors, into: &back)
        let scaled = zip(numbers(modes), numbers(factors)).map { $0 * $1 }
        expectClose(back, flat(scaled).map { 2 * $0 }, tolerance: 1e-14, "with factors")
      }
    }
  }

  @Test("polynomials and squares", arguments: KernelSet.supported)
  func pointwise(_ set: KernelSet) {
    let kernels = ModeKernels(set: set)
    let all = SIMD8<Double>(0.3, -1, 0.7, 0.2, -0.4, 0, 0, 0)
    let quadratic = SIMD8<Double>(0.3, -1, 0.7, 0, 0, 0, 0, 0)
    for count in Self.counts {
      let x = random(2 * count, "points")
      for (c, degree) in [(quadratic, 2), (all, 3), (all, 4)] {
        var found = x
        kernels.applyQuartic(c, degree: degree, found.count, &found)
        let expected = x.map { u in c[0] + u * c[1] + u * u * c[2] + u * u * u * (c[3] + u * c[4]) }
        expectClose(found, expected, tolerance: 1e-14, "degree \(degree), \(count)")
      }
      var found = x
      kernels.square(count, &found)
      expectClose(found, flat(numbers(x).map { $0 * $0 }), tolerance: 1e-14, "squares of \(count)")
    }
  }

  @Test("velocity and advection of a row of vorticity modes", arguments: KernelSet.supported)
  func vorticity(_ set: KernelSet) {
    let kernels = ModeKernels(set: set)
    for count in Self.counts {
      for k1 in [-3, 0, 5] {
        let (omega, inverse) = (random(2 * count, "omega"), random(count, "inverse"))
        var here = [Double](repeating: .nan, count: 2 * count)
        var mirror = here
        kernels.velocity(count, k1: k1, of: omega, inverse: inverse, here: &here, mirror: &mirror)
        let values = zip(numbers(omega), inverse).map { $0 * Number(re: $1, im: 0) }
        func times(_ sign: Double) -> [Number] {
          values.enumerated().map { Number(re: Double(k1), im: sign * Double($0.offset)) * $0.element }
        }
        expectClose(here, flat(times(1)), tolerance: 1e-14, "k₁ = \(k1), \(count) modes")
        let images = times(-1).map { Number(re: -$0.re, im: $0.im) }
        expectClose(mirror, flat(images.reversed()), tolerance: 1e-14, "images, k₁ = \(k1), \(count) modes")

        let (w, v) = (random(2 * count, "w"), random(2 * count, "v"))
        var out = [Double](repeating: .nan, count: 2 * count)
        kernels.advection(count, k1: k1, scale: 0.7, here: w, mirror: v, into: &out)
        let expected = (0..<count).map { k in
          let p = 0.7 * Double(k1 * k1 - k * k)
          let q = 1.4 * Double(k1 * k)
          let (a, b) = (numbers(w)[k], numbers(v)[count - 1 - k])
          let (sum, difference) = (a + b, b - a)
          return Number(re: p * sum.im - q * sum.re, im: p * difference.re + q * difference.im)
        }
        expectClose(out, flat(expected), tolerance: 1e-14, "advection, k₁ = \(k1), \(count) modes")
      }
    }
  }
}
