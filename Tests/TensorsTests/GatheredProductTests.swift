import Tensors
import TestSupport
import Testing

@Suite("Kernels of convolutions, grids and norms equal their naive twins") struct GatheredProductTests {
  private func maximumTolerance(_ v: KernelVariant) -> Double { v.precision == .float32 ? 2e-6 : 1e-15 }

  @Test("gathered product", arguments: KernelVariant.all)
  func gathered(_ v: KernelVariant) {
    for (m, n, depth) in [(1, 1, 3), (7, 5, 2), (13, 33, 9), (29, 16, 7), (6, 40, 1), (15, 65, 21)] {
      let blocks = [0, 5, 40]
      let segments = [0, 3, 31, 32]
      let (rowStride, columnStride) = (4, 2)
      let extent = 40 + 32 + (m - 1) * rowStride + (depth - 1) * columnStride + 1
      let (a, b, row) = (v.random(extent, "a"), v.random(4 * depth * n, "b"), v.random(n, "row"))
      let stride = n + 3
      let targets = [0, m * stride, 2 * m * stride]
      for transposed in [false, true] {
        let packed = v.empty(Kernels.packedCount(depth: 4 * depth, columns: n))
        for s in 0..<4 {
          var part = Kernels.Matrix(b.slice(from: s * depth * n), rows: depth, columns: n)
          if transposed {
            let turned = v.empty(depth * n)
            for l in 0..<depth { for j in 0..<n { turned[j * depth + l] = b[(s * depth + l) * n + j] } }
            part = Kernels.Matrix(turned.slice(), rows: n, columns: depth).transposed
            v.kernels.pack(part, row: s * depth, depth: 4 * depth, into: packed.slice())
          } else {
            v.kernels.pack(part, row: s * depth, depth: 4 * depth, into: packed.slice())
          }
        }
        for mode in 0..<3 {
          let c = v.random(3 * m * stride, "c")
          var expected = c.doubles
          for q in 0..<3 {
            for i in 0..<m {
              for j in 0..<n {
                let at = targets[q] + i * stride + j
                var sum = mode == 0 ? 0 : mode == 1 ? expected[at] : row[j]
                for s in 0..<4 {
                  for l in 0..<depth {
                    sum +=
                      a[blocks[q] + segments[s] + i * rowStride + l * columnStride]
                      * b[(s * depth + l) * n + j]
                  }
                }
                expected[at] = sum
              }
            }
          }
          v.kernels.multiplyGathered(
            .init(
              a.slice(), blocks: OffsetTable(blocks), segments: OffsetTable(segments), rowStride: rowStride,
              columnStride: columnStride), rows: m, depth: depth, packed: packed.slice(), columns: n,
            into: c.slice(), blocks: OffsetTable(targets), stride: stride,
            mode == 0 ? .zero : mode == 1 ? .accumulate : .row(row.slice()))
          expectClose(c.doubles, expected, tolerance: v.tolerance, "\(m)×\(n)×\(depth), mode \(mode)")
        }
      }
    }
  }

  @Test("depthwise product and its weights' gradient", arguments: KernelVariant.all, [1, 3, 8, 33])
  func depthwise(_ v: KernelVariant, channels: Int) {
    let (pixels, stride) = (15, 2 * channels)
    let taps = [0, channels, 5 * channels, 7 * channels]
    let x = v.random(7 * channels + pixels * stride, "x")
    let (w, g) = (v.random(4 * channels, "w"), v.random(pixels * channels, "g"))
    let (y, dw) = (v.empty(pixels * channels), v.random(4 * channels, "dw"))
    var (expected, slopes) = ([Double](repeating: 0, count: y.count), dw.doubles)
    for p in 0..<pixels {
      for c in 0..<channels {
        for (t, tap) in taps.enumerated() {
          let value = x[p * stride + tap + c]
          expected[p * channels + c] += value * w[t * channels + c]
          slopes[t * channels + c] += value * g[p * channels + c]
        }
      }
    }
    v.kernels.depthwise(
      pixels: pixels, channels: channels, taps: OffsetTable(taps), x.slice(), stride: stride,
      weights: w.slice(), into: y.slice(), stride: channels)
    v.kernels.depthwiseOuter(
      pixels: pixels, channels: channels, taps: OffsetTable(taps), x.slice(), stride: stride, g.slice(),
      into: dw.slice())
    expectClose(y.doubles, expected, tolerance: v.tolerance)
    expectClose(dw.doubles, slopes, tolerance: v.tolerance)
  }

  @Test("moments and norms", arguments: KernelVariant.all, [(3, 5), (200, 7), (65, 33), (1, 16)])
  func norms(_ v: KernelVariant, _ size: (rows: Int, channels: Int)) {
    let (rows, channels) = size
    let x = v.random(rows * channels, "x")
    for i in 0..<x.count { x[i] = 10 + x[i] }
    let (mean, squares) = (v.empty(channels), v.empty(channels))
    v.kernels.columnMoments(
      rows: rows, channels: channels, x.slice(), mean: mean.slice(), squares: squares.slice())
    let means = (0..<channels).map { c in (0..<rows).reduce(0.0) { $0 + x[$1 * channels + c] } / Double(rows)
    }
    let deviations = (0..<channels).map { c in
      (0..<rows).reduce(0.0) {
        let d = x[$1 * channels + c] - means[c]
        return $0 + d * d
      }
    }
    expectClose(mean.doubles, means, tolerance: v.tolerance)
    // The values are ten times their deviation: one rounding of them is ten of the result.
    expectClose(squares.doubles, deviations, tolerance: 10 * v.tolerance)
    let (y, statistics) = (v.empty(x.count), v.empty(2 * rows))
    let (scale, shift) = (v.random(2 * channels, "scale"), v.random(2 * channels, "shift"))
    v.kernels.normalizeRows(
      rows: rows, length: channels, x.slice(), affine: (scale.slice(), shift.slice()), period: 2,
      epsilon: 1e-5, into: y.slice(), statistics: statistics.slice())
    var expected: [Double] = []
    for r in 0..<rows {
      let row = (0..<channels).map { x[r * channels + $0] }
      let mean = row.reduce(0, +) / Double(channels)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(channels)
      for c in 0..<channels {
        let part = (r % 2) * channels + c
        expected.append((row[c] - mean) / (variance + 1e-5).squareRoot() * scale[part] + shift[part])
      }
    }
    expectClose(y.doubles, expected, tolerance: 10 * v.tolerance)
  }

  @Test("sparse rows, gather and scatter", arguments: KernelVariant.all, [1, 5, 16, 33])
  func sparse(_ v: KernelVariant, width: Int) {
    let x = v.random(4 * width, "x")
    let matrix = SparseRows(columns: 4, entries: [[(0, 2), (3, -1)], [], [(1, 0.5), (1, 0.25), (2, 3)]])
    let y = v.empty(3 * width)
    v.kernels.multiply(matrix, x.slice(), width: width, into: y.slice())
    let expected =
      (0..<width).map { 2 * x[$0] - x[3 * width + $0] } + (0..<width).map { _ in 0 }
      + (0..<width).map { 0.75 * x[width + $0] + 3 * x[2 * width + $0] }
    expectClose(y.doubles, expected, tolerance: v.tolerance)
    let back = v.random(4 * width, "back")
    var sums = back.doubles
    for c in 0..<width {
      for (column, row, weight) in [(0, 0, 2.0), (3, 0, -1), (1, 2, 0.75), (2, 2, 3)] {
        sums[column * width + c] += weight * y[row * width + c]
      }
    }
    v.kernels.multiply(matrix.transposed, y.slice(), width: width, into: back.slice(), accumulate: true)
    expectClose(back.doubles, sums, tolerance: v.tolerance)
    let picked = v.empty(5 * width)
    let places = GatherTable([3, -1, 0, 3, 2])
    v.kernels.gather(x.slice(), places, width: width, into: picked.slice())
    let spread = v.empty(4 * width)
    v.kernels.scatter(picked.slice(), places, width: width, addingTo: spread.slice())
    for c in 0..<width {
      #expect(picked[c] == x[3 * width + c] && picked[width + c] == 0 && picked[2 * width + c] == x[c])
      #expect(spread[width + c] == 0 && abs(spread[3 * width + c] - 2 * x[3 * width + c]) < 1e-5)
    }
  }

  @Test("windows' maxima", arguments: KernelVariant.all, [3, 17])
  func maxima(_ v: KernelVariant, channels: Int) {
    let x = v.random(8 * channels, "x")
    let taps = OffsetTable([0, channels, 4 * channels])
    let y = v.empty(2 * channels)
    v.kernels.windowMaximum(
      pixels: 2, channels: channels, taps: taps, x.slice(), stride: 2 * channels, into: y.slice())
    let dx = v.empty(x.count)
    v.kernels.windowMaximumBackward(
      pixels: 2, channels: channels, taps: taps, x.slice(), stride: 2 * channels, y.slice(),
      addingTo: dx.slice())
    for p in 0..<2 {
      for c in 0..<channels {
        let places = [0, 1, 4].map { (2 * p + $0) * channels + c }
        #expect(y[p * channels + c] == places.map { x[$0] }.max())
      }
    }
    #expect((0..<x.count).allSatisfy { dx[$0] == 0 || dx[$0] == x[$0] || dx[$0] == 2 * x[$0] })
    #expect((0..<x.count).count { dx[$0] != 0 } >= channels)
  }

  @Test("softmax in tiles", arguments: KernelVariant.all, [(5, 7), (3, 40), (2, 16)])
  func softmax(_ v: KernelVariant, _ size: (rows: Int, length: Int)) {
    let (rows, length) = size
    let (s, offset) = (v.random(rows * length, "s"), v.random(length, "offset"))
    let (first, second) = (length / 2, length - length / 2)
    let (level, sum, correction) = (v.empty(rows), v.empty(rows), v.empty(rows))
    for r in 0..<rows { level[r] = -.infinity }
    for (start, count) in [(0, first), (first, second)] {
      let tile = v.empty(rows * count)
      for r in 0..<rows { for c in 0..<count { tile[r * count + c] = s[r * length + start + c] } }
      v.kernels.softmaxOnline(
        rows: rows, length: count, tile.slice(), scale: 0.7, offset: offset.slice(from: start),
        level: level.slice(), sum: sum.slice(), correction: correction.slice())
    }
    v.kernels.softmaxFinish(rows: rows, sum: sum.slice(), level: level.slice())
    let again = v.empty(rows * length)
    for i in 0..<s.count { again[i] = s[i] }
    v.kernels.softmaxAgain(
      rows: rows, length: length, again.slice(), scale: 0.7, offset: offset.slice(), level: level.slice())
    var expected: [Double] = []
    for r in 0..<rows {
      let e = (0..<length).map { mathExp(0.7 * s[r * length + $0] + offset[$0]) }
      expected += e.map { $0 / e.reduce(0, +) }
    }
    expectClose(again.doubles, expected, tolerance: maximumTolerance(v) + v.tolerance)
    let g = v.random(rows * length, "g")
    let dots = v.empty(rows)
    v.kernels.rowDots(
      rows: rows, length: length, again.slice(), stride: length, g.slice(), stride: length, into: dots.slice()
    )
    let ds = v.empty(rows * length)
    v.kernels.softmaxBackward(
      rows: rows, length: length, again.slice(), g.slice(), shift: dots.slice(), 0.7, into: ds.slice())
    var slopes: [Double] = []
    for r in 0..<rows {
      let dot = (0..<length).reduce(0.0) { $0 + expected[r * length + $1] * g[r * length + $1] }
      slopes += (0..<length).map { 0.7 * expected[r * length + $0] * (g[r * length + $0] - dot) }
    }
    expectClose(ds.doubles, slopes, tolerance: maximumTolerance(v) + v.tolerance)
  }

  @Test("Lion", arguments: KernelVariant.all)
  func lion(_ v: KernelVariant) {
    let count = 37
    let (w, m, g) = (v.random(count, "w"), v.random(count, "m"), v.random(count, "g"))
    g[5] = 0
    m[5] = 0
    let (before, momentum, gradient) = (w.doubles, m.doubles, g.doubles)
    v.kernels.lion(
      count: count, w: w.slice(), m: m.slice(), g: g.slice(), beta1: 0.9, beta2: 0.99, step: 0.1, decay: 0.02)
    let expected = (0..<count).map { i -> Double in
      let direction = 0.9 * momentum[i] + 0.1 * gradient[i]
      return 0.98 * before[i] - (direction > 0 ? 0.1 : direction < 0 ? -0.1 : 0)
    }
    expectClose(w.doubles, expected, tolerance: v.tolerance)
    expectClose(
      m.doubles, zip(momentum, gradient).map { 0.99 * $0 + 0.01 * $1 }, tolerance: v.tolerance)
  }

  /// Range reduction stays exact far from the origin; beyond, the C library takes over.
  @Test("sine of large arguments", arguments: KernelVariant.all)
  func sine(_ v: KernelVariant) {
    let count = 4001
    let (z, h) = (v.empty(count), v.empty(count))
    for i in 0..<count { z[i] = -9000 + 18000 * Double(i) / Double(count - 1) }
    v.kernels.activate(.sine, z.slice(), into: h.slice())
    let worst = (0..<count).reduce(0.0) { max($0, abs(h[$1] - mathSin(z[$1]))) }
    #expect(worst <= (v.precision == .float32 ? 1.5e-7 : 4e-16))
  }
}
