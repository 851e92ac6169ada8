import Autodiff
import Fields
import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// Sums of a few hundred products in double precision.
private let roundOff = 1e-12

/// T18
@Suite("Attention as an integral") struct IntegralAttentionTests {
  struct Form: Sendable, CustomTestStringConvertible {
    var kind: IntegralAttention.Kind
    var norm: IntegralAttention.Norm = .galerkin
    var testDescription: String { "\(kind.rawValue), \(norm.rawValue)" }
  }

  static let forms =
    [Form(kind: .softmax), Form(kind: .nala)]
    + IntegralAttention.Norm.allCases.map { Form(kind: .linear, norm: $0) }

  private let heads = 2
  private let headWidth = 4
  private let channels = 3

  private func buffer(_ values: [Double]) -> HostBuffer {
    let buffer = HostBuffer(count: values.count, precision: .float64)
    for (i, value) in values.enumerated() { buffer[i] = value }
    return buffer
  }

  /// The layer at points of the unit interval with quadrature weights; without places, without position.
  private func image(
    _ form: Form, _ field: [Double], weights: [Double], places: [Double]?,
    placement: PointPlacement = .closed
  ) -> [Double] {
    let points = weights.count
    return applied(to: field, FieldShape(batch: 1, grid: [points], channels: channels)) { builder in
      let layer = IntegralAttention(
        "attention", channels: channels, heads: heads, headWidth: headWidth, kind: form.kind, norm: form.norm,
        in: builder)
      let rotary = RotaryEmbedding(headWidth: headWidth, placements: [placement], highest: [20])
      let rotation = places.map { rotary([$0], precision: .float64) }
      return { layer($0, weights: buffer(weights), rotation: rotation) }
    }
  }

  private func noise(_ points: Int) -> [Double] {
    ModelProbe.noise(FieldShape(batch: 1, grid: [points], channels: channels))
  }

  /// The last point becomes two, each with half of its weight.
  @Test("a point split into two of half its weight changes nothing", arguments: forms)
  func splitting(_ form: Form) {
    let points = 7
    let field = noise(points)
    var weights = (1...points).map { Double($0) / Double(points * (points + 1) / 2) }
    let places = (0..<points).map { 0.1 * Double($0) }
    let before = image(form, field, weights: weights, places: places)
    weights[points - 1] /= 2
    let after = image(
      form, field + field.suffix(channels), weights: weights + [weights[points - 1]],
      places: places + [places[points - 1]])
    expectClose(Array(after.prefix(points * channels)), before, tolerance: roundOff)
    expectClose(Array(after.suffix(channels)), Array(before.suffix(channels)), tolerance: roundOff)
  }

  @Test("points in another order give the same function in that order", arguments: forms)
  func permutation(_ form: Form) {
    let points = 6
    let order = [3, 0, 5, 1, 4, 2]
    let (field, weights) = (noise(points), (1...points).map { Double($0) / 21 })
    let places = (0..<points).map { 0.07 * Double($0 * $0) }
    func reordered(_ values: [Double], _ width: Int) -> [Double] {
      order.flatMap { values[($0 * width)..<(($0 + 1) * width)] }
    }
    let plain = image(form, field, weights: weights, places: places)
    let moved = image(
      form, reordered(field, channels), weights: reordered(weights, 1), places: reordered(places, 1))
    expectClose(moved, reordered(plain, channels), tolerance: roundOff)
  }

  @Test("position enters as differences: moving all points changes nothing", arguments: forms)
  func translation(_ form: Form) {
    let points = 6
    let (field, weights) = (noise(points), [Double](repeating: 1 / 6, count: points))
    let places = (0..<points).map { 0.03 * Double($0 * $0) }
    let plain = image(form, field, weights: weights, places: places)
    expectClose(
      image(form, field, weights: weights, places: places.map { $0 + 0.17 }), plain, tolerance: roundOff)
    let stretched = image(form, field, weights: weights, places: places.map { 1.5 * $0 })
    #expect(worstDifference(stretched, plain).difference > 1e-3, "position must matter")
    let none = image(form, field, weights: weights, places: nil)
    #expect(worstDifference(none, plain).difference > 1e-3, "position must matter")
  }

  /// The trapezoidal rule on the circle is exact for what its points resolve.
  @Test("on a periodic axis position is a function on the circle", arguments: forms)
  func period(_ form: Form) {
    let points = 6
    let (field, weights) = (noise(points), [Double](repeating: 1 / 6, count: points))
    let places = (0..<points).map { Double($0) / 6 }
    let plain = image(form, field, weights: weights, places: places, placement: .periodic)
    let wound = image(
      form, field, weights: weights, places: places.enumerated().map { $1 + Double($0 % 2) },
      placement: .periodic)
    expectClose(wound, plain, tolerance: roundOff)
  }

  @Test("weights on a grid are the trapezoidal rule of the domain, whose measure is one")
  func quadrature() {
    func axis(_ boundary: GridAxis.Boundary) -> GridAxis {
      GridAxis(name: "x", coordinates: (0..<5).map { 0.5 * Double($0) }, boundary: boundary)
    }
    let spacing = GridSpacing([axis(.closed), axis(.periodic)])
    let weights = spacing.quadrature([3, 2], precision: .float64).doubles
    expectClose(weights, [0.125, 0.125, 0.25, 0.25, 0.125, 0.125], tolerance: 1e-15)
    #expect(spacing.places([3, 4]) == [[0, 0.5, 1], [0, 0.25, 0.5, 0.75]])
    #expect(GridSpacing([axis(.cellCentred)]).places([2]) == [[0.25, 0.75]])
  }

  @Test("statistics over the domain are those of the function, to the order of the trapezoidal rule")
  func domainStatistics() {
    let spacing = GridSpacing([
      GridAxis(name: "x", coordinates: (0...8).map { Double($0) / 8 }, boundary: .closed)
    ])
    let exact = (mean: 1 - cos(1.0), square: 0.5 - sin(2.0) / 4)
    let deviation = (exact.square - exact.mean * exact.mean + 1e-5).squareRoot()
    let errors = [17, 33, 65].map { n -> Double in
      let field = spacing.places([n])[0].map { sin($0) }
      let y = applied(to: field, FieldShape(batch: 1, grid: [n], channels: 1)) { _ in
        { $0.domainNormalized(weights: spacing.quadrature([n], precision: .float64), groups: 1) }
      }
      return worstDifference(y, field.map { ($0 - exact.mean) / deviation }).difference
    }
    let order = observedOrder(steps: [4, 2, 1], errors: errors)
    #expect(order > 1.9 && order < 2.1, "order \(order), errors \(errors)")
  }
}

@Suite("Coordinates of a grid") struct GridEmbeddingTests {
  @Test("on a circle have no seam, and are the same function on every grid")
  func circle() {
    func coordinates(_ n: Int) -> [Double] {
      applied(
        to: [Double](repeating: 7, count: n), FieldShape(batch: 1, grid: [n], channels: 1),
        make: { _ in { GridEmbedding.circle($0).channels(1..<3) } })
    }
    #expect(GridEmbedding.circle.channels(dimensions: 3) == 6)
    expectClose(coordinates(4), [1, 0, 0, 1, -1, 0, 0, -1], tolerance: 1e-15)
    expectClose(coarsened(coordinates(12), [12], by: 3, channels: 2), coordinates(4), tolerance: 1e-15)
  }
}
