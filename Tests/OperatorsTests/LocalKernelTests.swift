import Autodiff
import Foundation
import Layers
import TestSupport
import Testing

/// Sums of a few hundred products in double precision.
private let roundOff = 1e-12

/// T19
@Suite("Difference kernels") struct DifferenceKernelTests {
  /// sin(3x + 0.4) on the circle of length 2π, or on [0, 2π] with both ends.
  private func derivative(points: Int, isPeriodic: Bool) -> (image: [Double], exact: [Double]) {
    let h = 2 * Double.pi / Double(isPeriodic ? points : points - 1)
    let x = (0..<points).map { Double($0) * h }
    let image = applied(
      to: x.map { sin(3 * $0 + 0.4) }, FieldShape(batch: 1, grid: [points], channels: 1),
      weights: { [-0.5, 0.5][$0] }
    ) { builder in
      let layer = DifferenceConvolution("layer", inputs: 1, outputs: 1, isPeriodic: [isPeriodic], in: builder)
      return { layer($0, spacing: h) }
    }
    return (image, x.map { 3 * cos(3 * $0 + 0.4) })
  }

  @Test(
    "an odd kernel gives the derivative with second order, edges of a bounded domain included",
    arguments: [true, false])
  func order(isPeriodic: Bool) {
    let points = [256, 512, 1024]
    let errors = points.map { n in
      let (image, exact) = derivative(points: n, isPeriodic: isPeriodic)
      return worstDifference(image, exact).difference
    }
    let order = observedOrder(steps: points.map { 1 / Double($0) }, errors: errors)
    #expect(order > 1.9 && order < 2.1, "order \(order), errors \(errors)")
  }

  @Test(
    "constants vanish, up to the edges, and adding one changes nothing",
    arguments: [[true, true], [false, true], [false, false]])
  func constants(isPeriodic: [Bool]) {
    let shape = FieldShape(batch: 1, grid: [7, 6], channels: 2)
    func image(_ field: [Double]) -> [Double] {
      applied(to: field, shape) { builder in
        let layer = DifferenceConvolution(
          "layer", inputs: 2, outputs: 3, kernel: 5, isPeriodic: isPeriodic, in: builder)
        return { layer($0, spacing: 0.1) }
      }
    }
    #expect(image([Double](repeating: 3, count: shape.count)).allSatisfy { abs($0) < roundOff * 1e3 })
    let field = ModelProbe.noise(shape)
    expectClose(image(field.map { $0 + 2 }), image(field), tolerance: roundOff * 10)
  }
}

/// T20
@Suite("Integral kernels") struct IntegralKernelTests {
  static let bases = [
    (2, 4, DiscBasis(radius: 0.2, radial: 2, angular: 4, dimensions: 2)),
    (3, 4, DiscBasis(radius: 0.2, radial: 3, angular: 4, dimensions: 2)),
    (4, 8, DiscBasis(radius: 0.2, radial: 4, angular: 8, dimensions: 2)),
  ]

  @Test("there are as many functions as take part, and each sums to one", arguments: bases)
  func sums(radial: Int, angular: Int, basis: DiscBasis) throws {
    #expect(basis.count == radial / 2 * angular + radial % 2)
    let table = try #require(basis.table(spacing: [0.02, 0.03]))
    #expect(table.window == [19, 13] && table.rows.count == 19 * 13)
    let sums = (0..<basis.count).map { l in
      table.rows.reduce(0.0) { $0 + $1.filter { $0.column == l }.reduce(0) { $0 + $1.weight } }
    }
    expectClose(sums, [Double](repeating: 1, count: basis.count), tolerance: roundOff)
    #expect(basis.values(x: 0.2, y: 0).allSatisfy { abs($0) < roundOff })
  }

  @Test("a quarter turn permutes the functions of a ring", arguments: bases)
  func rotation(radial: Int, angular: Int, basis: DiscBasis) {
    for (x, y) in [(0.03, 0.01), (-0.08, 0.1), (0.0, 0.0), (0.15, -0.02), (-0.01, -0.01)] {
      let (before, after) = (basis.values(x: x, y: y), basis.values(x: -y, y: x))
      let centre = radial % 2
      let permuted = before.indices.map { l -> Double in
        if l < centre { return before[l] }
        let (ring, direction) = ((l - centre) / angular, (l - centre) % angular)
        return before[centre + ring * angular + (direction + angular - angular / 4) % angular]
      }
      expectClose(after, permuted, tolerance: roundOff)
    }
  }

  /// The first channel's image of a field under random weights, and the sum of the weights.
  private func image(_ field: [Double], _ grid: [Int], isPeriodic: [Bool], spacing: [Double]) -> [Double] {
    applied(to: field, FieldShape(batch: 1, grid: grid, channels: 1)) { builder in
      let layer = DiscreteContinuousConvolution(
        "layer", inputs: 1, outputs: 1,
        basis: DiscBasis(radius: 0.2, radial: 3, angular: 4, dimensions: grid.count), isPeriodic: isPeriodic,
        in: builder)
      return { layer($0, spacing: spacing) }
    }
  }

  @Test(
    "a constant has the same image at every point of every grid",
    arguments: [[true, true], [false, true], [false, false]])
  func constants(isPeriodic: [Bool]) {
    let coarse = image(
      [Double](repeating: 1, count: 120), [12, 10], isPeriodic: isPeriodic, spacing: [1 / 12, 0.1])
    let fine = image(
      [Double](repeating: 1, count: 480), [24, 20], isPeriodic: isPeriodic, spacing: [1 / 24, 0.05])
    expectClose(coarse, [Double](repeating: coarse[0], count: 120), tolerance: roundOff)
    expectClose(fine, [Double](repeating: coarse[0], count: 480), tolerance: roundOff)
    #expect(abs(coarse[0]) > 0.1)
  }

  @Test("images converge under refinement, periodic and bounded", arguments: [true, false])
  func refinement(isPeriodic: Bool) {
    /// On the square [0, 1]², at the points of the coarsest grid.
    func image(_ points: Int) -> [Double] {
      let side = isPeriodic ? points : points + 1
      let h = 1 / Double(points)
      let field = (0..<(side * side)).map { place -> Double in
        let (x, y) = (Double(place / side) * h, Double(place % side) * h)
        return isPeriodic ? sin(2 * .pi * (x + y)) + cos(4 * .pi * y) : exp(x) * sin(3 * y)
      }
      let all = self.image(field, [side, side], isPeriodic: [isPeriodic, isPeriodic], spacing: [h, h])
      let step = points / 16
      return (0..<16).flatMap { i in (0..<16).map { j in all[i * step * side + j * step] } }
    }
    let limit = image(256)
    let errors = [32, 64, 128].map { worstDifference(image($0), limit).difference }
    let order = observedOrder(steps: [1 / 32, 1 / 64, 1 / 128], errors: errors)
    #expect(order > 1 && errors[2] < 0.02, "order \(order), errors \(errors)")
  }

  @Test("it commutes with shifts of a periodic grid")
  func shifts() {
    let grid = [12, 10]
    let field = ModelProbe.noise(FieldShape(batch: 1, grid: grid, channels: 1))
    let moved = image(
      shifted(field, grid, by: [5, 3], channels: 1), grid, isPeriodic: [true, true], spacing: [0.08, 0.1])
    let original = image(field, grid, isPeriodic: [true, true], spacing: [0.08, 0.1])
    expectClose(moved, shifted(original, grid, by: [5, 3], channels: 1), tolerance: roundOff)
  }
}

@Suite("Neural operators with local kernels") struct LocalNOTests {
  private func json(_ more: String) -> String {
    #"{"type": "local-no", "modes": 6, "width": 4, "layers": 2, "radius": 0.15, \#(more)}"#
  }

  @Test("without coordinates they commute with shifts of a periodic grid", arguments: [[16], [16, 12]])
  func shifts(_ grid: [Int]) throws {
    let probe = try ModelProbe(json(#""embedding": "none""#), grid: grid)
    let shape = probe.shape(grid)
    let field = ModelProbe.noise(shape)
    let shift = grid.map { _ in 3 }
    let moved = probe.output(shifted(field, grid, by: shift, channels: 2), shape)
    expectClose(
      moved, shifted(probe.output(field, shape), grid, by: shift, channels: 1), tolerance: 1e-11)
  }

  /// The training grid itself has two points in the radius of an integral kernel and comes before the asymptotic range.
  @Test("outputs converge under refinement, with the first order of difference kernels that are not odd")
  func refinement() throws {
    let probe = try ModelProbe(json(#""embedding": "none""#), grid: [16])
    let field = BandLimitedField(highest: 2, dimensions: 1)
    let outputs = [2, 4, 8, 32].map { factor in
      let grid = [16 * factor]
      return coarsened(
        probe.output(field.values(grid, channels: 2), probe.shape(grid)), grid, by: factor, channels: 1)
    }
    let errors = outputs.dropLast().map { worstDifference($0, outputs[3]).difference }
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(fine < 0.7 * coarse, "\(errors)") }
  }

  @Test("kernels that a grid cannot carry are refused")
  func refusals() throws {
    #expect(throws: (any Error).self) { try ModelProbe(json(#""radial": 16"#), grid: [16]) }
    let built = try buildModel(json(#""embedding": "none""#), inputs: 1, outputs: 1, grid: [16, 16])
    #expect(throws: Never.self) { try built.model.validate(grid: [32, 32]) }
    #expect(throws: (any Error).self) { try built.model.validate(grid: [16, 32]) }
    #expect(throws: (any Error).self) {
      try buildModel(json(#""norm": "none""#), inputs: 1, outputs: 1, grid: [8, 8, 8])
    }
  }
}
