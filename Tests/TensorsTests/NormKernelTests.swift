import Tensors
import TestSupport
import Testing

@Suite("Kernels of norms equal their naive twins") struct NormKernelTests {
  private static let sizes = [(3, 5), (66, 7), (65, 33), (2, 16)]

  /// The adjoint, from the derivative of (x_i − mean)/σ by x_j: (δ_ij − 1/n − x̂_i·x̂_j/n)/σ.
  @Test("the adjoint of rows' norms", arguments: KernelVariant.all, sizes)
  func rows(_ v: KernelVariant, _ size: (rows: Int, length: Int)) {
    let (rows, length) = size
    let (x, g) = (v.random(rows * length, "x"), v.random(rows * length, "g"))
    let (scale, shift) = (v.random(2 * length, "scale"), v.random(2 * length, "shift"))
    let (y, statistics) = (v.empty(x.count), v.empty(2 * rows))
    v.kernels.normalizeRows(
      rows: rows, length: length, x.slice(), affine: (scale.slice(), shift.slice()), period: 2,
      epsilon: 1e-5, into: y.slice(), statistics: statistics.slice())
    let (dx, dScale, dShift) = (v.random(x.count, "dx"), v.empty(2 * length), v.empty(2 * length))
    var expected = dx.doubles
    var (slopes, sums) = (
      [Double](repeating: 0, count: 2 * length), [Double](repeating: 0, count: 2 * length)
    )
    for r in 0..<rows {
      let row = (0..<length).map { x[r * length + $0] }
      let mean = row.reduce(0, +) / Double(length)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length)
      let inverse = 1 / (variance + 1e-5).squareRoot()
      let hat = row.map { ($0 - mean) * inverse }
      let part = (r % 2) * length
      let pulled = (0..<length).map { g[r * length + $0] * scale[part + $0] }
      let average = pulled.reduce(0, +) / Double(length)
      let along = zip(pulled, hat).reduce(0) { $0 + $1.0 * $1.1 } / Double(length)
      for c in 0..<length {
        expected[r * length + c] += inverse * (pulled[c] - average - hat[c] * along)
        slopes[part + c] += g[r * length + c] * hat[c]
        sums[part + c] += g[r * length + c]
      }
    }
    v.kernels.normalizeRowsBackward(
      rows: rows, length: length, x.slice(), scale: scale.slice(), period: 2,
      statistics: statistics.slice(), g.slice(), into: dx.slice(), accumulate: true,
      addingTo: (dScale.slice(), dShift.slice()))
    expectClose(dx.doubles, expected, tolerance: 10 * v.tolerance, "dx")
    expectClose(dScale.doubles, slopes, tolerance: v.tolerance, "dγ")
    expectClose(dShift.doubles, sums, tolerance: v.tolerance, "dβ")
  }

  @Test("columns' norms, the sums of their adjoint, and its last step", arguments: KernelVariant.all, sizes)
  func columns(_ v: KernelVariant, _ size: (rows: Int, channels: Int)) {
    let (rows, channels) = size
    let count = rows * channels
    let (x, g) = (v.random(count, "x"), v.random(count, "g"))
    let (mean, scale, shift) = (
      v.random(channels, "mean"), v.random(channels, "scale"), v.random(channels, "shift")
    )
    func column(_ i: Int) -> Int { i % channels }
    let centred = (0..<count).map { x[$0] - mean[column($0)] }
    let z = (0..<count).map { centred[$0] * scale[column($0)] + shift[column($0)] }
    for (f, value, slope) in [
      (Activation.identity, { $0 }, { _ in 1 }),
      (.tanh, { mathTanh($0) }, { 1 - mathTanh($0) * mathTanh($0) }),
    ] as [(Activation, (Double) -> Double, (Double) -> Double)] {
      let y = v.empty(count)
      v.kernels.normalizeColumns(
        rows: rows, channels: channels, x.slice(), mean: mean.slice(), scale: scale.slice(),
        shift: shift.slice(), f, into: y.slice())
      expectClose(y.doubles, z.map(value), tolerance: v.tolerance, "value")
      let pulled = v.empty(count)
      v.kernels.copy(g.slice(), into: pulled.slice())
      let (sums, products) = (v.random(channels, "sums"), v.random(channels, "products"))
      var (expectedSums, expectedProducts) = (sums.doubles, products.doubles)
      let expected = (0..<count).map { g[$0] * slope(z[$0]) }
      for i in 0..<count {
        expectedSums[column(i)] += expected[i]
        expectedProducts[column(i)] += expected[i] * centred[i]
      }
      v.kernels.normalizeColumnsBackward(
        rows: rows, channels: channels, x.slice(), mean: mean.slice(), scale: scale.slice(),
        shift: shift.slice(), f, pulled.slice(), sums: sums.slice(), products: products.slice())
      expectClose(pulled.doubles, expected, tolerance: v.tolerance, "g·f′")
      expectClose(sums.doubles, expectedSums, tolerance: 2 * v.tolerance, "sums")
      expectClose(products.doubles, expectedProducts, tolerance: 2 * v.tolerance, "products")
    }
    let (a, b, d, y) = (
      v.random(channels, "a"), v.random(channels, "b"), v.random(channels, "d"), v.random(count, "y")
    )
    let before = y.doubles
    let combined = (0..<count).map {
      a[column($0)] * g[$0] + b[column($0)] * centred[$0] + d[column($0)]
    }
    for isAdded in [true, false] {
      v.kernels.combineColumns(
        rows: rows, channels: channels, g.slice(), by: a.slice(), x.slice(), mean: mean.slice(),
        by: b.slice(), plus: d.slice(), into: y.slice(), accumulate: isAdded)
      expectClose(
        y.doubles, isAdded ? zip(before, combined).map { $0 + $1 } : combined, tolerance: v.tolerance)
    }
  }
}
