import Tensors
import TestSupport
import Testing

@Suite("Kernels of mirrored lines") struct MirroredKernelTests {
  /// What a line of any length may be folded by, whatever the rule of choice.
  private func symmetries(_ points: Int) -> [LineSymmetry] {
    points % 2 == 0 ? [.halves, .quarters] : [.halves]
  }

  /// All of the rows, the later half, and a few at the start.
  private func ranges(_ rows: Int) -> [Range<Int>] {
    [0..<rows, (rows / 2)..<rows, 0..<(rows / 3)].filter { !$0.isEmpty }
  }

  /// Images of point n, itself among them.
  private func images(_ n: Int, _ points: Int, _ symmetry: LineSymmetry) -> Set<Int> {
    let half = points / 2
    let all = symmetry == .halves ? [n, points - n] : [n, points - n, half - n, half + n]
    return Set(all.map { $0 % points })
  }

  @Test("every point is the image of one row", arguments: 1...40)
  func partition(_ points: Int) {
    for symmetry in symmetries(points) {
      let rows = 0..<symmetry.rows(points: points)
      let covered = rows.flatMap { images($0, points, symmetry) }
      #expect(covered.sorted() == Array(0..<points))
    }
  }

  @Test("sums and differences", arguments: KernelVariant.all)
  func folded(_ v: KernelVariant) {
    for (points, c) in [(1, 3), (2, 5), (9, 4), (12, 33), (7, 16), (14, 8), (4, 40)] {
      let x = v.random(points * c, "x")
      for symmetry in symmetries(points) {
        for rows in ranges(symmetry.rows(points: points)) {
          let parts = v.empty(symmetry.parts * rows.count * c)
          v.kernels.fold(x.slice(), points: points, channels: c, symmetry, rows: rows, into: parts.slice())
          var expected: [[Double]] = Array(repeating: [], count: symmetry.parts)
          for n in rows {
            for j in 0..<c {
              func pair(_ n: Int) -> (even: Double, odd: Double) {
                let image = (points - n) % points
                let value = x[n * c + j]
                return image == n ? (value, 0) : (value + x[image * c + j], value - x[image * c + j])
              }
              let (even, odd) = pair(n)
              guard symmetry == .quarters else {
                expected[0].append(even)
                expected[1].append(odd)
                continue
              }
              let (evenImage, oddImage) = 4 * n == points ? (0, 0) : pair(points / 2 - n)
              let isOwn = 4 * n == points
              expected[0].append(even + evenImage)
              expected[1].append(isOwn ? 0 : odd - oddImage)
              expected[2].append(isOwn ? 0 : even - evenImage)
              expected[3].append(odd + oddImage)
            }
          }
          expectClose(
            parts.doubles, expected.flatMap { $0 }, tolerance: v.tolerance, "\(points) points, \(rows)")
        }
      }
    }
  }

  @Test("lines from modes", arguments: KernelVariant.all)
  func synthesis(_ v: KernelVariant) {
    for (points, c, count) in [
      (1, 3, 1), (2, 5, 2), (9, 4, 5), (12, 33, 7), (29, 40, 3), (64, 16, 12), (14, 9, 8), (30, 24, 1),
    ] {
      let (modes, row) = (v.random(count * 2 * c, "modes"), v.random(c, "row"))
      for symmetry in symmetries(points) {
        let all = symmetry.rows(points: points)
        let (cosine, sine) = (v.empty(count * all), v.empty(count * all))
        func turn(_ k: Int, _ n: Int) -> Double { 2 * .pi * Double(k * n % points) / Double(points) }
        for k in 0..<count {
          for n in 0..<all {
            cosine[k * all + n] = mathCos(turn(k, n))
            sine[k * all + n] = mathSin(turn(k, n))
          }
        }
        for rows in ranges(all) {
          for mode in 0..<3 {
            let y = v.random(points * c, "y")
            var expected = y.doubles
            for n in rows.flatMap({ images($0, points, symmetry) }) {
              for j in 0..<c {
                let waves = (0..<count).map { k in
                  mathCos(turn(k, n)) * modes[2 * k * c + j] + mathSin(turn(k, n))
                    * modes[(2 * k + 1) * c + j]
                }
                expected[n * c + j] =
                  waves.reduce(0, +) + (mode == 0 ? 0 : mode == 1 ? y[n * c + j] : row[j])
              }
            }
            func columns(_ table: HostBuffer) -> Kernels.Matrix {
              .init(table.slice(from: rows.lowerBound), rows: count, columns: rows.count, stride: all)
            }
            v.kernels.mirroredSynthesis(
              cosine: columns(cosine), sine: columns(sine), modes: modes.slice(), points: points, channels: c,
              symmetry, rows: rows, into: y.slice(),
              mode == 0 ? .zero : mode == 1 ? .accumulate : .row(row.slice()))
            expectClose(
              y.doubles, expected, tolerance: v.tolerance, "\(points) points, \(rows), mode \(mode)")
          }
        }
      }
    }
  }

  @Test("butterflies", arguments: KernelVariant.all)
  func butterfly(_ v: KernelVariant) {
    for (points, c) in [(1, 3), (2, 5), (9, 4), (12, 33), (7, 16)] {
      let x = v.random(points * c, "x")
      var expected = x.doubles
      for n in 1..<max(1, (points + 1) / 2) {
        for j in 0..<c {
          expected[n * c + j] = x[n * c + j] + x[(points - n) * c + j]
          expected[(points - n) * c + j] = x[n * c + j] - x[(points - n) * c + j]
        }
      }
      v.kernels.butterfly(x.slice(), points: points, channels: c)
      expectClose(x.doubles, expected, tolerance: v.tolerance, "butterfly of \(points)")
    }
  }
}
