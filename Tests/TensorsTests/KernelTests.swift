import Tensors
import TestSupport
import Testing

/// An instruction set and a precision: every kernel exists for each.
struct KernelVariant: Sendable, CustomTestStringConvertible {
  var set: KernelSet
  var precision: Precision
  var testDescription: String { "\(set.name) \(precision.rawValue)" }
  var kernels: Kernels { Kernels(precision, set: set) }
  /// Rounding of sums of up to a thousand terms, relative to the largest result.
  var tolerance: Double { precision == .float32 ? 1e-5 : 1e-14 }

  static let all = KernelSet.supported.flatMap { set in
    Precision.allCases.map { KernelVariant(set: set, precision: $0) }
  }

  func random(_ count: Int, _ name: String) -> HostBuffer {
    let buffer = HostBuffer(count: count, precision: precision)
    let numbers = Philox(seed: 9, stream: name)
    for i in 0..<count { buffer[i] = numbers.normals(UInt64(i)).0 }
    return buffer
  }

  func empty(_ count: Int) -> HostBuffer { HostBuffer(count: count, precision: precision) }
}

@Suite("Kernels equal their naive twins") struct KernelTests {
  /// Widths around the vector lengths, one column, and a depth beyond one block.
  static let shapes = [
    (1, 1, 1), (3, 1, 40), (7, 2, 130), (5, 3, 33), (13, 16, 3), (14, 32, 64), (15, 33, 65), (29, 47, 9),
    (64, 20, 25), (2, 100, 700), (33, 1, 600), (12, 8, 1025), (500, 33, 20),
  ]

  @Test("matrix product", arguments: KernelVariant.all)
  func multiply(_ v: KernelVariant) {
    for (m, n, k) in KernelTests.shapes {
      for transposed in [false, true] {
        let (a, b, row) = (v.random(m * k, "a"), v.random(k * n, "b"), v.random(n, "row"))
        for mode in 0..<3 {
          let c = v.random(m * n, "c")
          let before = c.doubles
          var expected = [Double](repeating: 0, count: m * n)
          for i in 0..<m {
            for j in 0..<n {
              var sum = mode == 0 ? 0 : mode == 1 ? before[i * n + j] : row[j]
              for l in 0..<k { sum += a[transposed ? l * m + i : i * k + l] * b[l * n + j] }
              expected[i * n + j] = sum
            }
          }
          let left =
            transposed
            ? Kernels.Matrix(a.slice(), rows: k, columns: m).transposed
            : Kernels.Matrix(a.slice(), rows: m, columns: k)
          v.kernels.multiply(
            left, .init(b.slice(), rows: k, columns: n), into: .init(c.slice(), rows: m, columns: n),
            mode == 0 ? .zero : mode == 1 ? .accumulate : .row(row.slice()),
            ahead: mode == 0 ? [] : [.left, .right, .result])
          expectClose(
            c.doubles, expected, tolerance: v.tolerance,
            "\(m)×\(n)×\(k), transposed \(transposed), mode \(mode)")
        }
      }
    }
  }

  @Test("layers and their weights' gradients", arguments: KernelVariant.all)
  func dense(_ v: KernelVariant) {
    for (m, n, k) in KernelTests.shapes {
      // Rows longer than their content, as those of blocks that stand side by side.
      let (xRow, yRow) = (k + 3, n + 2)
      let (x, w, row) = (v.random(m * xRow, "x"), v.random(k * n, "w"), v.random(n, "row"))
      let packed = v.empty(Kernels.packedCount(depth: k, columns: n))
      v.kernels.pack(.init(w.slice(), rows: k, columns: n), row: 0, depth: k, into: packed.slice())
      for i in 0..<w.count { w[i] /= 16 }
      for j in 0..<n { row[j] /= 16 }
      for i in 0..<packed.count { packed[i] /= 16 }
      for weight in [Kernels.DenseWeight.plain(w.slice()), .packed(packed.slice())] {
        let (y, d) = (v.random(m * yRow, "y"), v.random(m * yRow, "d"))
        let (yBefore, dBefore) = (y.doubles, d.doubles)
        v.kernels.dense(
          .tanh, .init(x.slice(), rows: m, columns: k, stride: xRow), by: weight,
          into: .init(y.slice(), rows: m, columns: n, stride: yRow), derivative: d.slice(), .row(row.slice()))
        var (value, slope) = (yBefore, dBefore)
        for i in 0..<m {
          for j in 0..<n {
            let t = mathTanh((0..<k).reduce(row[j]) { $0 + x[i * xRow + $1] * w[$1 * n + j] })
            (value[i * yRow + j], slope[i * yRow + j]) = (t, 1 - t * t)
          }
        }
        expectClose(y.doubles, value, tolerance: 4 * v.tolerance, "\(m)×\(n)×\(k)")
        expectClose(d.doubles, slope, tolerance: 4 * v.tolerance, "\(m)×\(n)×\(k), derivative")
      }
      for (accumulates, hasDerivative) in [(false, true), (true, false)] {
        let (g, d) = (v.random(m * yRow, "g"), v.random(m * yRow, "d"))
        let (dw, db) = (v.random(k * n, "dw"), v.random(n, "db"))
        var (weight, bias) = (
          dw.doubles.map { accumulates ? $0 : 0 }, db.doubles.map { accumulates ? $0 : 0 }
        )
        var gradient = g.doubles
        for i in 0..<m {
          for j in 0..<n {
            if hasDerivative { gradient[i * yRow + j] *= d[i * yRow + j] }
            bias[j] += gradient[i * yRow + j]
            for l in 0..<k { weight[l * n + j] += x[i * xRow + l] * gradient[i * yRow + j] }
          }
        }
        v.kernels.denseOuter(
          .init(x.slice(), rows: m, columns: k, stride: xRow),
          gradient: .init(g.slice(), rows: m, columns: n, stride: yRow),
          slope: hasDerivative ? .stored(d.slice()) : nil,
          weight: .init(dw.slice(), accumulates: accumulates),
          bias: .init(db.slice(), accumulates: accumulates))
        expectClose(g.doubles, gradient, tolerance: v.tolerance, "gradient")
        expectClose(dw.doubles, weight, tolerance: v.tolerance, "weight \(m)×\(n)×\(k)")
        expectClose(db.doubles, bias, tolerance: v.tolerance, "bias \(m)×\(n)×\(k)")
      }
    }
  }

  @Test("slopes that follow from values", arguments: KernelVariant.all)
  func slopes(_ v: KernelVariant) {
    for f in Activation.allCases where f.slopeFollowsFromValue {
      let (rows, n) = (9, 21)
      let z = v.random(rows * n, "z")
      let (h, d) = (v.empty(rows * n), v.empty(rows * n))
      v.kernels.activateBoth(f, z.slice(), into: h.slice(), derivative: d.slice())
      let (g, db) = (v.random(rows * n, "g"), v.empty(n))
      let expected = g.doubles.indices.map { g[$0] * d[$0] }
      v.kernels.denseOuter(
        .init(z.slice(), rows: rows, columns: n), gradient: .init(g.slice(), rows: rows, columns: n),
        slope: .ofValue(f, h.slice()), weight: nil, bias: .init(db.slice(), accumulates: false))
      expectClose(g.doubles, expected, tolerance: v.tolerance, "\(f)")
      expectClose(
        db.doubles, (0..<n).map { j in (0..<rows).reduce(0) { $0 + expected[$1 * n + j] } },
        tolerance: v.tolerance, "\(f), sums")
    }
  }

  @Test("differences, their squares, and rows times numbers", arguments: KernelVariant.all)
  func differences(_ v: KernelVariant) {
    let (rows, length) = (13, 19)
    let (a, b, f) = (v.random(rows * length, "a"), v.random(rows * length, "b"), v.random(rows, "f"))
    let squares = zip(a.doubles, b.doubles).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    expectClose([v.kernels.squaredDistance(a.slice(), b.slice())], [squares], tolerance: v.tolerance)
    for accumulate in [false, true] {
      let (y, z) = (v.random(rows * length, "y"), v.random(rows * length, "z"))
      let (yBefore, zBefore) = (y.doubles, z.doubles)
      v.kernels.difference(-1.5, a.slice(), b.slice(), into: y.slice(), accumulate: accumulate)
      v.kernels.scaledRows(
        rows: rows, length: length, a.slice(), by: f.slice(), into: z.slice(), accumulate: accumulate)
      expectClose(
        y.doubles, yBefore.indices.map { (accumulate ? yBefore[$0] : 0) - 1.5 * (a[$0] - b[$0]) },
        tolerance: v.tolerance)
      expectClose(
        z.doubles, zBefore.indices.map { (accumulate ? zBefore[$0] : 0) + f[$0 / length] * a[$0] },
        tolerance: v.tolerance)
    }
  }

  @Test("complex rows and their outer product", arguments: KernelVariant.all)
  func complexRows(_ v: KernelVariant) {
    for (count, inputs, outputs) in [(1, 3, 5), (2, 16, 16), (5, 20, 33), (6, 7, 1), (11, 32, 17)] {
      let (x, w, g) = (
        v.random(count * 2 * inputs, "x"), v.random(2 * inputs * outputs, "w"),
        v.random(count * 2 * outputs, "g")
      )
      for conjugate in [false, true] {
        let y = v.empty(count * 2 * outputs)
        v.kernels.complexRows(
          count: count, inputs: inputs, outputs: outputs, x: x.slice(), xStride: 2 * inputs, w: w.slice(),
          y: y.slice(), yStride: 2 * outputs, conjugate: conjugate)
        var expected = [Double](repeating: 0, count: y.count)
        for s in 0..<count {
          for o in 0..<outputs {
            for i in 0..<inputs {
              let (xr, xi) = (x[s * 2 * inputs + i], x[s * 2 * inputs + inputs + i])
              let wr = w[i * outputs + o]
              let wi = (conjugate ? -1 : 1) * w[(inputs + i) * outputs + o]
              expected[s * 2 * outputs + o] += xr * wr - xi * wi
              expected[s * 2 * outputs + outputs + o] += xr * wi + xi * wr
            }
          }
        }
        expectClose(y.doubles, expected, tolerance: v.tolerance, "rows \(count)×\(inputs)×\(outputs)")
      }
      for accumulate in [false, true] {
        let dw = v.random(2 * inputs * outputs, "dw")
        var expected = accumulate ? dw.doubles : [Double](repeating: 0, count: dw.count)
        for s in 0..<count {
          for i in 0..<inputs {
            for o in 0..<outputs {
              let (xr, xi) = (x[s * 2 * inputs + i], x[s * 2 * inputs + inputs + i])
              let (gr, gi) = (g[s * 2 * outputs + o], g[s * 2 * outputs + outputs + o])
              expected[i * outputs + o] += xr * gr + xi * gi
              expected[(inputs + i) * outputs + o] += xr * gi - xi * gr
            }
          }
        }
        v.kernels.complexOuter(
          count: count, inputs: inputs, outputs: outputs, x: x.slice(), xStride: 2 * inputs, g: g.slice(),
          gStride: 2 * outputs, dw: dw.slice(), accumulate: accumulate)
        expectClose(dw.doubles, expected, tolerance: v.tolerance, "outer \(count)×\(inputs)×\(outputs)")
      }
    }
  }

  @Test("transpose", arguments: KernelVariant.all)
  func transpose(_ v: KernelVariant) {
    for (m, n) in [(1, 1), (3, 17), (16, 16), (24, 20), (33, 5), (32, 64)] {
      let (a, b) = (v.random(m * n, "a"), v.empty(m * n))
      v.kernels.transpose(rows: m, columns: n, a.slice(), into: b.slice())
      #expect(b.doubles == (0..<(m * n)).map { a[($0 % m) * n + $0 / m] }, "\(m)×\(n)")
    }
  }

  @Test("activations and their derivatives", arguments: KernelVariant.all)
  func activations(_ v: KernelVariant) {
    let count = 4001
    let z = v.empty(count)
    for i in 0..<count { z[i] = -12 + 24 * Double(i) / Double(count - 1) }
    for f in Activation.allCases {
      let (h, d, both) = (v.empty(count), v.empty(count), v.empty(count))
      v.kernels.activate(f, z.slice(), into: h.slice())
      v.kernels.activateBoth(f, z.slice(), into: both.slice(), derivative: d.slice())
      var worst = (value: 0.0, slope: 0.0)
      for i in 0..<count {
        let (value, slope) = reference(f, z[i])
        // Absolute error over max(1, |x|).
        worst.value = max(worst.value, abs(h[i] - value) / max(1, abs(z[i])))
        worst.slope = max(worst.slope, abs(d[i] - slope))
      }
      // One rounding of the result and one of x, each 6e-8; GELU's quotient adds two of each of its polynomials where
      // products are rounded before they are added, and half of that counts.
      let single = (value: f == .gelu ? 3e-7 : 1.5e-7, slope: 8e-7)
      let bound = v.precision == .float32 ? single : (value: 4e-16, slope: 1.5e-15)
      #expect(worst.value <= bound.value, "\(f) value")
      #expect(worst.slope <= bound.slope, "\(f) slope")
      expectClose(both.doubles, h.doubles, tolerance: bound.value, "\(f) in one pass")
      let dz = v.random(count, "g")
      let g = dz.doubles
      v.kernels.activateBackward(f, z: z.slice(), dh: dz.slice(), into: dz.slice())
      expectClose(dz.doubles, zip(g, d.doubles).map { $0 * $1 }, tolerance: v.tolerance, "\(f) backward")
    }
  }

  @Test("gated activations", arguments: KernelVariant.all)
  func gatedActivations(_ v: KernelVariant) {
    let (rows, channels) = (37, 19)
    let (z, s, g) = (v.random(rows * channels, "z"), v.random(rows * channels, "s"), v.random(channels, "g"))
    let dh = v.random(rows * channels, "dh")
    let sums = (0..<(rows * channels)).map { z[$0] + g[$0 % channels] * s[$0] }
    for f in Activation.allCases {
      let (h, dz) = (v.empty(rows * channels), v.empty(rows * channels))
      v.kernels.activateGated(
        f, rows: rows, channels: channels, z.slice(), plus: s.slice(), by: g.slice(), into: h.slice())
      v.kernels.activateGatedBackward(
        f, rows: rows, channels: channels, z.slice(), plus: s.slice(), by: g.slice(), dh: dh.slice(),
        into: dz.slice())
      expectClose(h.doubles, sums.map { reference(f, $0).0 }, tolerance: v.tolerance, "\(f)")
      let slopes = zip(dh.doubles, sums).map { $0 * reference(f, $1).1 }
      expectClose(dz.doubles, slopes, tolerance: v.tolerance, "\(f) backward")
    }
  }

  private func reference(_ f: Activation, _ x: Double) -> (Double, Double) {
    switch f {
    case .identity: return (x, 1)
    case .relu: return (max(0, x), x > 0 ? 1 : 0)
    case .tanh:
      let t = mathTanh(x)
      return (t, 1 - t * t)
    case .silu:
      let s = 1 / (1 + mathExp(-x))
      return (x * s, s * (1 + x * (1 - s)))
    case .sine: return (mathSin(x), mathCos(x))
    case .leakyReLU: return (x > 0 ? x : 0.01 * x, x > 0 ? 1 : 0.01)
    case .elu: return (x > 0 ? x : mathExp(x) - 1, x > 0 ? 1 : mathExp(x))
    case .softplus: return (max(0, x) + mathLog1p(mathExp(-abs(x))), 1 / (1 + mathExp(-x)))
    case .gelu:
      let cumulative = 0.5 * mathErfc(-x / 2.0.squareRoot())
      return (x * cumulative, cumulative + x * mathExp(-x * x / 2) / (2 * Double.pi).squareRoot())
    }
  }

  @Test("reductions, gates and copies", arguments: KernelVariant.all)
  func pointwise(_ v: KernelVariant) {
    let (rows, channels) = (37, 19)
    let (x, y, g) = (v.random(rows * channels, "x"), v.random(rows * channels, "y"), v.random(channels, "g"))
    let sums = v.random(channels, "sums")
    let dots = v.empty(channels)
    var (expectedSums, expectedDots) = (sums.doubles, [Double](repeating: 0, count: channels))
    for r in 0..<rows {
      for c in 0..<channels {
        expectedSums[c] += x[r * channels + c]
        expectedDots[c] += x[r * channels + c] * y[r * channels + c]
      }
    }
    v.kernels.columnSums(rows: rows, channels: channels, x.slice(), into: sums.slice(), accumulate: true)
    v.kernels.columnDots(rows: rows, channels: channels, x.slice(), y.slice(), into: dots.slice())
    expectClose(sums.doubles, expectedSums, tolerance: v.tolerance, "sums")
    expectClose(dots.doubles, expectedDots, tolerance: v.tolerance, "dots")
    compensated(v, x, rows: rows, channels: channels)
    let gated = v.empty(rows * channels)
    v.kernels.gate(rows: rows, channels: channels, x.slice(), by: g.slice(), into: gated.slice())
    expectClose(
      gated.doubles, (0..<(rows * channels)).map { x[$0] * g[$0 % channels] }, tolerance: v.tolerance, "gate")
    #expect(
      abs(v.kernels.dot(x.slice(), y.slice()) - zip(x.doubles, y.doubles).reduce(0) { $0 + $1.0 * $1.1 })
        <= 1e-10)
    #expect(abs(v.kernels.absoluteSum(x.slice()) - x.doubles.reduce(0) { $0 + abs($1) }) <= 1e-10)
  }

  /// The sum of a thousand times its terms' rest, which a plain sum would lose.
  private func compensated(_ v: KernelVariant, _ x: HostBuffer, rows: Int, channels: Int) {
    let (sum, error, large) = (v.empty(channels), v.empty(channels), v.empty(channels))
    for c in 0..<channels { (sum[c], error[c], large[c]) = (0, 0, 1e6) }
    let expected = (0..<channels).map { c in (0..<rows).reduce(0) { $0 + x[$1 * channels + c] } }
    for sign in [1.0, -1.0] {
      for c in 0..<channels { large[c] = sign * 1e6 }
      v.kernels.columnSums(
        rows: 1, channels: channels, large.slice(), addingTo: sum.slice(), error: error.slice())
      if sign < 0 { break }
      v.kernels.columnSums(
        rows: rows, channels: channels, x.slice(), addingTo: sum.slice(), error: error.slice())
    }
    expectClose(
      zip(sum.doubles, error.doubles).map { $0 + $1 }, expected, tolerance: v.tolerance, "compensated sums")
  }

  @Test("the search for numbers that are not finite", arguments: KernelVariant.all)
  func nonFinite(_ v: KernelVariant) {
    let x = v.random(3000, "x")
    #expect(v.kernels.firstNonFinite(x.slice()) == nil)
    x[2999] = .infinity
    #expect(v.kernels.firstNonFinite(x.slice()) == 2999)
    x[1025] = .nan
    #expect(v.kernels.firstNonFinite(x.slice()) == 1025)
  }

  @Test("lane sums in a tree of their number alone", arguments: KernelVariant.all)
  func lanes(_ v: KernelVariant) {
    let lanes = (0..<5).map { v.random(100, "lane \($0)") }
    let out = v.empty(100)
    v.kernels.reduceLanes(lanes, range: 3..<90, scale: 1, into: out)
    for i in 3..<90 {
      let t = lanes.map { $0[i] }
      if v.precision == .float64 {
        #expect(out[i] == ((t[0] + t[1]) + (t[2] + t[3])) + t[4])
      } else {
        let f = t.map(Float.init)
        #expect(Float(out[i]) == ((f[0] + f[1]) + (f[2] + f[3])) + f[4])
      }
    }
    #expect(out[0] == 0 && out[90] == 0)
  }
}
