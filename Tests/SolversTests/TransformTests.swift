import Spectral
import TestSupport
import Testing

/// Rounding of transforms of a few thousand points.
private let roundingTolerance = 1e-13

/// Deterministic numbers without structure.
func scatter(_ count: Int, salt: Double = 0) -> [Double] {
  (0..<count).map { i in
    let x = Double((i &* 7919 &+ 104_729) % 65_537) / 65_537 + salt
    return 2 * (x - x.rounded(.down)) - 1
  }
}

@Suite("Spectral transforms")
struct TransformTests {
  @Test("the half spectrum is the defining sum, in one, two and three dimensions")
  func definingSum() {
    for shape in [[12], [6, 10], [4, 3, 6]] {
      let transform = RealTransform(shape: shape)
      let input = scatter(transform.pointCount)
      let spectrum = WorkArray(count: 2 * transform.modeCount)
      transform.forward(WorkArray(input), to: spectrum)
      let expected = directTransform(input, shape: shape)
      expectClose(spectrum.values, expected, tolerance: roundingTolerance, "shape \(shape)")

      let back = WorkArray(count: transform.pointCount)
      transform.backward(destroying: spectrum, to: back)
      let scaled = back.values.map { $0 / Double(transform.pointCount) }
      expectClose(scaled, input, tolerance: roundingTolerance, "round trip \(shape)")
    }
  }

  @Test("every sine and cosine kind is undone by its inverse up to the logical length")
  func trigonometricRoundTrip() {
    for kind in TrigonometricTransform.Kind.allCases {
      let shape = [7, 10]
      let input = scatter(70)
      let array = WorkArray(input)
      TrigonometricTransform(kind, shape: shape).apply(array)
      TrigonometricTransform(kind.inverse, shape: shape).apply(array)
      let factor = Double(kind.logicalLength(7) * kind.logicalLength(10))
      expectClose(array.values.map { $0 / factor }, input, tolerance: roundingTolerance, "\(kind)")
    }
  }

  @Test("two rows at once have the sine transforms of each", arguments: [2, 3, 9, 16, 49, 50, 419])
  func pairedSines(_ n: Int) {
    let rows = [scatter(n), scatter(n, salt: 0.3)]
    let single = TrigonometricTransform(.sine1, shape: [n])
    let paired = PairedSineTransform(pointCount: n)
    let (expected, found) = (rows.map(WorkArray.init), rows.map(WorkArray.init))
    for row in expected { single.apply(row) }
    let scratch = WorkArray(count: paired.scratchCount)
    paired.apply(found[0].pointer, found[1].pointer, scratch: scratch.pointer)
    for i in 0..<2 {
      // The recurrence adds the rounding of n terms.
      expectClose(found[i].values, expected[i].values, tolerance: 1e-14 * Double(n + 8), "row \(i) of \(n)")
    }
  }

  @Test("sine and cosine kinds are their defining sums")
  func trigonometricDefinition() {
    let n = 9
    let x = scatter(n)
    func sum(_ k: Int, _ basis: (Double, Double) -> Double) -> Double {
      (0..<n).reduce(0) { $0 + 2 * x[$1] * basis(Double($1), Double(k)) }
    }
    let sine1 = (0..<n).map { sum($0) { j, k in sine(.pi * (j + 1) * (k + 1) / Double(n + 1)) } }
    let sine2 = (0..<n).map { sum($0) { j, k in sine(.pi * (j + 0.5) * (k + 1) / Double(n)) } }
    let cosine2 = (0..<n).map { sum($0) { j, k in cosine(.pi * (j + 0.5) * k / Double(n)) } }
    let cosine3 = (0..<n).map { k in
      sum(k) { j, k in cosine(.pi * j * (k + 0.5) / Double(n)) } - x[0]
    }
    let cosine1 = (0..<n).map { k in
      sum(k) { j, k in cosine(.pi * j * k / Double(n - 1)) } - x[0] - (k % 2 == 0 ? 1 : -1) * x[n - 1]
    }
    for (kind, expected) in [
      (TrigonometricTransform.Kind.sine1, sine1), (.sine2, sine2), (.cosine1, cosine1), (.cosine2, cosine2),
      (.cosine3, cosine3),
    ] {
      let array = WorkArray(x)
      TrigonometricTransform(kind, shape: [n]).apply(array)
      expectClose(array.values, expected, tolerance: roundingTolerance, "\(kind)")
    }
  }

  @Test("the truncated plane transform agrees with the full one on kept modes")
  func truncatedPlane() {
    // A length that rows keep.
    let (points, modes) = (80, 26)
    let plane = PackedPlane(modes: modes)
    let truncated = TruncatedPlaneTransform(points: points, modes: modes)
    let full = RealTransform(shape: [points, points])
    // A real field that has only kept modes: filter arbitrary values.
    let spectrum = WorkArray(count: 2 * full.modeCount)
    full.forward(WorkArray(scatter(points * points)), to: spectrum)
    let width = points / 2 + 1
    let state = WorkArray(count: 2 * plane.count)
    for (i, k) in plane.wavenumbers.enumerated() {
      let at = (k.k1 >= 0 ? k.k1 : k.k1 + points) * width + k.k2
      state[2 * i] = spectrum[2 * at] / Double(points * points)
      state[2 * i + 1] = spectrum[2 * at + 1] / Double(points * points)
    }
    let expected = plane.values(of: state.pointer, points: points)

    let columns = WorkArray(count: truncated.columnArrayCount)
    for r in 0..<plane.rows {
      let target = 2 * truncated.columnRow(ofPackedRow: r) * truncated.columnStride
      for i in 0..<2 * plane.columns { columns[target + i] = state[2 * r * plane.columns + i] }
    }
    truncated.columnsBackward(columns.pointer)
    let scratch = WorkArray(count: truncated.rowPoints)
    let row = WorkArray(count: truncated.rowPoints)
    #expect(truncated.rowPoints == points)
    var values: [Double] = []
    for i in 0..<points {
      truncated.rowBackward(columns.pointer, row: i, scratch: scratch.pointer, to: row.pointer)
      values += row.values
      truncated.rowForward(row.pointer, scratch: scratch.pointer, to: columns.pointer, row: i)
    }
    expectClose(values, expected, tolerance: roundingTolerance, "physical values")

    truncated.columnsForward(columns.pointer)
    var back: [Double] = []
    for r in 0..<plane.rows {
      let source = 2 * truncated.columnRow(ofPackedRow: r) * truncated.columnStride
      back += (0..<2 * plane.columns).map { columns[source + $0] / Double(points * points) }
    }
    expectClose(back, state.values, tolerance: roundingTolerance, "round trip")
  }

  @Test("a line by half as many complex points is the real transform, whatever modes are kept")
  func realLine() {
    for points in [2, 6, 16, 50, 64, 96] {
      let (line, full) = (RealLineTransform(points: points), RealTransform(shape: [points]))
      for count in Set([1, points / 4 + 1, points / 3, points / 2]) where (1...points / 2).contains(count) {
        let state = WorkArray(scatter(2 * count, salt: 0.1))
        state[1] = 0
        let spectrum = WorkArray(count: 2 * full.modeCount)
        for i in 0..<2 * count { spectrum[i] = state[i] }
        let expected = WorkArray(count: points)
        full.backward(destroying: spectrum, to: expected)
        let (values, scratch) = (WorkArray(count: points), WorkArray(count: points))
        line.backward(state.pointer, count: count, scratch: scratch.pointer, to: values.pointer)
        expectClose(values.values, expected.values, tolerance: roundingTolerance, "\(count) on \(points)")

        let (input, back) = (WorkArray(scatter(points)), WorkArray(count: 2 * count))
        full.forward(input, to: spectrum)
        line.forward(input.pointer, scratch: scratch.pointer, count: count, to: back.pointer)
        expectClose(
          back.values, Array(spectrum.values.prefix(2 * count)), tolerance: roundingTolerance,
          "forward, \(count) of \(points)")
      }
    }
  }

  @Test("fast lengths are even 7-smooth and leave no alias")
  func lengths() {
    #expect(FourierLength.fast(atLeast: 421) == 432)
    #expect(FourierLength.fast(atLeast: 11) == 12)
    #expect(FourierLength.dealiased(modes: 511) == 1536)
    #expect(FourierLength.dealiased(modes: 42) == 128)
    for (minimum, length) in [
      (1, 64), (65, 80), (128, 128), (129, 160), (161, 256), (1024, 1024), (12_288, 16_384),
    ] {
      #expect(FourierLength.line(atLeast: minimum) == length)
    }
    for modes in 1...200 { #expect(FourierLength.dealiased(modes: modes) > 3 * modes) }
  }

  private func directTransform(_ input: [Double], shape: [Int]) -> [Double] {
    let padded = [Int](repeating: 1, count: 3 - shape.count) + shape
    let (a, b, c) = (padded[0], padded[1], padded[2])
    var result: [Double] = []
    for p in 0..<a {
      for q in 0..<b {
        for r in 0...c / 2 {
          var re = 0.0
          var im = 0.0
          for (i, x) in input.enumerated() {
            let (j, k, l) = (i / (b * c), i / c % b, i % c)
            let turn =
              Double(p * j % a) / Double(a) + Double(q * k % b) / Double(b) + Double(r * l % c) / Double(c)
            re += x * cosine(2 * .pi * turn)
            im -= x * sine(2 * .pi * turn)
          }
          result += [re, im]
        }
      }
    }
    return result
  }
}
