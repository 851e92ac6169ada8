import Tensors
import TestSupport
import Testing

@Suite("Kernels of elements, rows and updates equal their naive twins") struct ElementwiseKernelTests {
  /// Around the vector lengths.
  private static let lengths = [1, 3, 8, 17, 64]

  @Test("products, signs, and scales with shifts that repeat", arguments: KernelVariant.all, lengths)
  func elements(_ v: KernelVariant, _ length: Int) {
    let count = 3 * length
    let (a, b, y) = (v.random(count, "a"), v.random(count, "b"), v.random(count, "y"))
    a[0] = 0
    let before = y.doubles
    v.kernels.multiplyElements(a.slice(), b.slice(), into: y.slice(), accumulate: true)
    expectClose(y.doubles, (0..<count).map { before[$0] + a[$0] * b[$0] }, tolerance: v.tolerance)
    v.kernels.multiplyElements(a.slice(), b.slice(), into: y.slice())
    expectClose(y.doubles, (0..<count).map { a[$0] * b[$0] }, tolerance: v.tolerance)

    let signs = (0..<count).map { a[$0] > 0 ? 0.25 : a[$0] < 0 ? -0.25 : 0 }
    v.kernels.sign(0.25, a.slice(), into: y.slice())
    #expect(y.doubles == signs)
    v.kernels.sign(0.25, a.slice(), into: y.slice(), accumulate: true)
    #expect(y.doubles == signs.map { 2 * $0 })

    // One number for all, one a channel, one an element.
    for period in [1, length, count] {
      let (scale, shift) = (v.random(period, "scale"), v.random(period, "shift"))
      v.kernels.affine(a.slice(), scale: scale.slice(), shift: shift.slice(), into: y.slice())
      expectClose(
        y.doubles, (0..<count).map { a[$0] * scale[$0 % period] + shift[$0 % period] },
        tolerance: v.tolerance, "period \(period)")
    }
  }

  @Test("dots and scales of strided rows", arguments: KernelVariant.all, lengths)
  func stridedRows(_ v: KernelVariant, _ length: Int) {
    let (rows, stride) = (3, length + 2)
    let (x, other, dots) = (v.random(rows * stride, "x"), v.random(rows * length, "other"), v.empty(rows))
    v.kernels.rowDots(
      rows: rows, length: length, x.slice(), stride: stride, other.slice(), stride: length,
      into: dots.slice())
    let expected = (0..<rows).map { r in
      (0..<length).reduce(0.0) { $0 + x[r * stride + $1] * other[r * length + $1] }
    }
    // Relative to the terms, which may cancel.
    for (dot, sum) in zip(dots.doubles, expected) {
      #expect(abs(dot - sum) <= v.tolerance * Double(max(8, length)))
    }
    let factors = v.random(rows, "factors")
    for isDivided in [false, true] {
      let before = x.doubles
      v.kernels.scaleRows(
        rows: rows, length: length, x.slice(), stride: stride, by: factors.slice(), dividing: isDivided)
      let scaled = before.enumerated().map { index, value -> Double in
        guard index % stride < length else { return value }
        return isDivided ? value / factors[index / stride] : value * factors[index / stride]
      }
      expectClose(x.doubles, scaled, tolerance: v.tolerance)
    }
  }

  @Test("modes from cosine and sine sums, and back", arguments: KernelVariant.all, lengths)
  func recombination(_ v: KernelVariant, _ channels: Int) {
    let (blocks, size) = (3, 6 * channels)
    let (cosine, sine) = (v.random(size, "cosine"), v.random(size, "sine"))
    let out = v.empty(size)
    func isReal(_ i: Int) -> Bool { (i / channels) % 2 == 0 }
    for sign in [1, -1] {
      v.kernels.combine(
        blocks: blocks, channels: channels, cosine: cosine.slice(), sine: sine.slice(), sign: Int32(sign),
        into: out.slice())
      // −i·(a + ib) = b − ia
      let expected = (0..<size).map { i in
        cosine[i] + Double(sign) * (isReal(i) ? sine[i + channels] : -sine[i - channels])
      }
      expectClose(out.doubles, expected, tolerance: v.tolerance, "sign \(sign)")
    }
    v.kernels.combine(
      blocks: blocks, channels: channels, cosine: cosine.slice(), sine: nil, sign: 1, into: out.slice())
    #expect(out.doubles == cosine.doubles, "no sine")

    let (plus, minus) = (cosine, sine)
    let (sums, turned) = (v.empty(size), v.empty(size))
    for (hasPlus, hasMinus) in [(true, true), (true, false), (false, true)] {
      v.kernels.split(
        blocks: blocks, channels: channels, plus: hasPlus ? plus.slice() : nil,
        minus: hasMinus ? minus.slice() : nil, cosine: sums.slice(), sine: turned.slice())
      func part(_ i: Int, _ sign: Double) -> Double {
        (hasPlus ? plus[i] : 0) + sign * (hasMinus ? minus[i] : 0)
      }
      expectClose(sums.doubles, (0..<size).map { part($0, 1) }, tolerance: v.tolerance)
      // i·(a + ib) = −b + ia
      expectClose(
        turned.doubles,
        (0..<size).map { isReal($0) ? -part($0 + channels, -1) : part($0 - channels, -1) },
        tolerance: v.tolerance)
    }
  }

  @Test("Adam, of real and of complex weights, with both decays", arguments: KernelVariant.all, lengths)
  func adam(_ v: KernelVariant, _ count: Int) {
    let rule = Kernels.AdamStep(
      beta1: 0.9, beta2: 0.99, step: 0.02, secondMomentScale: 1.7, epsilon: 1e-3, coupledDecay: 0.1,
      decoupledDecay: 0.05)
    for pair in [0, count] {
      let size = count + pair
      let (w, m, g, s) = (v.random(size, "w"), v.random(size, "m"), v.random(size, "g"), v.empty(size))
      for i in 0..<size { s[i] = 0.1 + Double(i % 5) }
      // The parts of a complex number share their second moment.
      for i in 0..<pair { s[count + i] = s[i] }
      let (weights, first, second) = (w.doubles, m.doubles, s.doubles)
      let gradient = (0..<size).map { g[$0] + 0.1 * weights[$0] }
      v.kernels.adam(
        rule, count: count, pairOffset: pair, w: w.slice(), m: m.slice(), v: s.slice(), g: g.slice())
      let moments = (0..<size).map { 0.9 * first[$0] + 0.1 * gradient[$0] }
      let squares = (0..<size).map { i in
        let partner = pair == 0 ? 0 : gradient[(i + count) % size]
        return 0.99 * second[i] + 0.01 * (gradient[i] * gradient[i] + partner * partner)
      }
      expectClose(m.doubles, moments, tolerance: v.tolerance, "first moment")
      expectClose(s.doubles, squares, tolerance: v.tolerance, "second moment")
      let updated = (0..<size).map { i -> Double in
        let root: Double = (1.7 * squares[i]).squareRoot() + 1e-3
        return 0.95 * weights[i] - 0.02 * moments[i] / root
      }
      expectClose(w.doubles, updated, tolerance: v.tolerance, "weights")
    }
  }
}
