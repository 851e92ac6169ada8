import Tensors
import TestSupport
import Testing

@Suite("Kernels of queries' and keys' features equal their naive twins") struct FeatureKernelTests {
  /// Lengths of one element, around the vectors' and beyond them.
  static let lengths = [1, 3, 8, 13, 16, 33]
  /// exp(p·log d) with p up to 4.5 turns the relative error of a logarithm of about −10 into tens of roundings.
  private func powerTolerance(_ v: KernelVariant) -> Double { v.precision == .float32 ? 1e-5 : 1e-13 }

  @Test("rotation and its inverse", arguments: KernelVariant.all, lengths)
  func rotation(_ v: KernelVariant, _ half: Int) {
    let (rows, parts) = (3, 2)
    let (x, angle) = (v.random(rows * parts * 2 * half, "x"), v.random(rows * half, "angle"))
    let (cosine, sine) = (v.empty(rows * half), v.empty(rows * half))
    for i in 0..<angle.count {
      cosine[i] = mathCos(angle[i])
      sine[i] = mathSin(angle[i])
    }
    var expected = [Double](repeating: 0, count: x.count)
    for r in 0..<rows {
      for p in 0..<parts {
        for i in 0..<half {
          let (a, b) = ((r * parts + p) * 2 * half + i, (r * parts + p) * 2 * half + half + i)
          let (c, s) = (cosine[r * half + i], sine[r * half + i])
          expected[a] = x[a] * c - x[b] * s
          expected[b] = x[a] * s + x[b] * c
        }
      }
    }
    let y = v.empty(x.count)
    v.kernels.rotate(
      rows: rows, parts: parts, half: half, x.slice(), cosine: cosine.slice(), sine: sine.slice(),
      into: y.slice())
    expectClose(y.doubles, expected, tolerance: v.tolerance)
    let sum = v.random(x.count, "sum")
    let before = sum.doubles
    v.kernels.rotate(
      rows: rows, parts: parts, half: half, y.slice(), cosine: cosine.slice(), sine: sine.slice(),
      inverse: true, into: sum.slice(), accumulate: true)
    expectClose(sum.doubles, zip(before, x.doubles).map { $0 + $1 }, tolerance: v.tolerance)
  }

  /// (|x|/n)^p on the side of x's sign, and the sum over a row that its gradient needs.
  private func powers(_ x: [Double], power: Double) -> (value: [Double], norm: Double, exponent: Double) {
    let norm = (x.reduce(0) { $0 + $1 * $1 } + 1e-12).squareRoot()
    let exponent = power * (0.5 + mathTanh(norm))
    func side(_ sign: Double) -> [Double] {
      x.map { $0 * sign > 0 ? mathExp(exponent * mathLog(abs($0) / norm)) : 0 }
    }
    return (side(1) + side(-1), norm, exponent)
  }

  @Test("powers of directions", arguments: KernelVariant.all, lengths)
  func directions(_ v: KernelVariant, _ length: Int) {
    let rows = 4
    let x = v.random(rows * length, "x")
    // A row of zeros, an element of zero, a large row and a tiny one.
    for i in 0..<length { x[i] = 0 }
    x[length] = 0
    for i in 0..<length {
      x[2 * length + i] = 40 * x[2 * length + i]
      x[3 * length + i] = 1e-3 * x[3 * length + i]
    }
    let g = v.random(2 * rows * length, "g")
    let (y, dx) = (v.empty(2 * rows * length), v.random(rows * length, "dx"))
    let before = dx.doubles
    v.kernels.directionPowers(rows: rows, length: length, x.slice(), power: 3, into: y.slice())
    v.kernels.directionPowersBackward(
      rows: rows, length: length, x.slice(), power: 3, value: y.slice(), g.slice(), into: dx.slice(),
      accumulate: true)
    for r in 0..<rows {
      let row = (0..<length).map { x[r * length + $0] }
      let (value, norm, exponent) = powers(row, power: 3)
      let actual = (0..<(2 * length)).map { y[2 * r * length + $0] }
      if r == 0 {
        #expect(actual.allSatisfy { $0 == 0 })
      } else {
        expectClose(actual, value, tolerance: powerTolerance(v), "row \(r)")
      }
      let t = mathTanh(norm)
      let slope = 3 * (1 - t * t)
      let products = (0..<length).map { i in
        g[2 * r * length + i] * value[i] + g[(2 * r + 1) * length + i] * value[length + i]
      }
      let logarithms = row.map { $0 == 0 ? 0 : mathLog(abs($0) / norm) }
      let (total, moment) = (products.reduce(0, +), zip(products, logarithms).reduce(0) { $0 + $1.0 * $1.1 })
      let terms = (0..<length).map { i -> (own: Double, radial: Double) in
        (
          row[i] == 0 ? 0 : products[i] * exponent / row[i],
          row[i] / norm * (slope * moment - exponent * total / norm)
        )
      }
      // A direction does not change along itself: of large terms little may be left.
      let size = terms.reduce(1) { max($0, abs($1.own), abs($1.radial)) }
      for i in 0..<length {
        let expected = terms[i].own + terms[i].radial + before[r * length + i]
        #expect(abs(dx[r * length + i] - expected) <= 4 * powerTolerance(v) * size, "row \(r), \(i)")
      }
    }
  }

  @Test("signed cubes", arguments: KernelVariant.all, lengths)
  func cubes(_ v: KernelVariant, _ length: Int) {
    let rows = 3
    let x = v.random(rows * length, "x")
    let g = v.random(2 * rows * length, "g")
    let (y, dx) = (v.empty(2 * rows * length), v.random(rows * length, "dx"))
    let before = dx.doubles
    v.kernels.signedCubes(rows: rows, length: length, x.slice(), into: y.slice())
    v.kernels.signedCubesBackward(
      rows: rows, length: length, x.slice(), g.slice(), into: dx.slice(), accumulate: true)
    var (value, gradient) = ([Double](), [Double]())
    for r in 0..<rows {
      let row = (0..<length).map { x[r * length + $0] }
      value += row.map { max($0, 0) * $0 * $0 } + row.map { max(-$0, 0) * $0 * $0 }
      gradient += (0..<length).map { i in
        let side = row[i] > 0 ? g[2 * r * length + i] : -g[(2 * r + 1) * length + i]
        return before[r * length + i] + 3 * row[i] * row[i] * side
      }
    }
    expectClose(y.doubles, value, tolerance: v.tolerance)
    expectClose(dx.doubles, gradient, tolerance: v.tolerance)
  }
}
