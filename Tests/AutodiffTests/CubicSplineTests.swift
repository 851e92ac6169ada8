import Autodiff
import Tensors
import TestSupport
import Testing

@Suite("Cubic splines") struct CubicSplineTests {
  /// A map of one field in double precision.
  private func applied(_ field: [Double], _ grid: [Int], _ body: (Variable) -> Variable) -> [Double] {
    let graph = Graph(precision: .float64)
    let input = graph.input(FieldShape(batch: 1, grid: grid, channels: 1))
    let y = body(input)
    let program = Program(graph, results: [y])
    let frame = Frame(program, parameters: HostBuffer(count: 1, precision: .float64))
    let memory = program.values(of: input, in: frame)
    for (i, value) in field.enumerated() { memory[i] = value }
    program.forward(in: frame)
    let output = program.values(of: y, in: frame)
    return (0..<output.count).map { output[$0] }
  }

  private func places(_ placement: PointPlacement, _ points: Int) -> [Double] {
    (0..<points).map {
      (Double($0) + (placement == .cellCentred ? 0.5 : 0)) / Double(placement.intervals(of: points))
    }
  }

  static let placements: [PointPlacement] = [.periodic, .closed, .cellCentred]

  @Test("moments and values of a constant are that constant on every grid", arguments: placements)
  func constants(_ placement: PointPlacement) {
    let splines = CubicSplines(knots: [8], placements: [placement])
    for points in [9, 16, 17, 21, 64, 65] {
      let moments = applied([Double](repeating: 3, count: points), [points]) { $0.moments(of: splines) }
      expectClose(moments, [Double](repeating: 3, count: 8), tolerance: 1e-14, "\(points) points")
      let values = applied([Double](repeating: 3, count: 8), [8]) { $0.values(of: splines, on: [points]) }
      expectClose(values, [Double](repeating: 3, count: points), tolerance: 1e-14, "\(points) points")
    }
  }

  /// The moment of a wave e^{2πikx} is the wave at the knot times sinc⁴(πk/M).
  @Test("moments of waves are exact to fourth order of the spacing")
  func order() {
    let (knots, waves) = (16, 3.0)
    let splines = CubicSplines(knots: [knots], placements: [.periodic])
    let ratio = Double.pi * waves / Double(knots)
    let damping = (ratio.sine / ratio) * (ratio.sine / ratio)
    let exact = (0..<knots).map {
      damping * damping * (2 * .pi * waves * Double($0) / Double(knots) + 0.3).sine
    }
    let points = [16, 32, 64]
    let errors = points.map { n in
      let field = places(.periodic, n).map { (2 * .pi * waves * $0 + 0.3).sine }
      return worstDifference(applied(field, [n]) { $0.moments(of: splines) }, exact).difference
    }
    let order = observedOrder(steps: points.map { 1 / Double($0) }, errors: errors)
    #expect(order > 3.8 && order < 4.5, "order \(order), errors \(errors)")
    #expect(errors[0] < 3e-3, "\(errors)")
  }

  /// A linear function is its own even continuation nowhere but inside.
  @Test(
    "moments away from walls, and values everywhere, keep linear functions",
    arguments: [
      PointPlacement.closed, .cellCentred,
    ])
  func linear(_ placement: PointPlacement) {
    let splines = CubicSplines(knots: [8], placements: [placement])
    let knots = (0..<8).map { (Double($0) + 0.5) / 8 }
    let points = placement == .closed ? 33 : 32
    let moments = applied(places(placement, points).map { 2 - $0 }, [points]) { $0.moments(of: splines) }
    expectClose(Array(moments[2..<6]), knots[2..<6].map { 2 - $0 }, tolerance: 1e-14)
    let values = applied(knots.map { 2 - $0 }, [8]) { $0.values(of: splines, on: [points]) }
    expectClose(values, places(placement, points).map { 2 - $0 }, tolerance: 1e-14)
  }

  @Test("values are one function, whatever the grid", arguments: [PointPlacement.periodic, .closed])
  func shared(_ placement: PointPlacement) {
    let splines = CubicSplines(knots: [5, 4], placements: [placement, placement])
    let numbers = Philox(seed: 2, stream: "coefficients")
    let coefficients = (0..<20).map { numbers.normals(UInt64($0)).0 }
    let ends = placement == .closed ? 1 : 0
    let (coarse, fine) = ([6 + ends, 9 + ends], [12 + ends, 18 + ends])
    let onCoarse = applied(coefficients, [5, 4]) { $0.values(of: splines, on: coarse) }
    let onFine = applied(coefficients, [5, 4]) { $0.values(of: splines, on: fine) }
    let picked = (0..<coarse[0]).flatMap { i in
      (0..<coarse[1]).map { onFine[2 * i * fine[1] + 2 * $0] }
    }
    expectClose(picked, onCoarse, tolerance: 1e-14)
  }
}
