import Diagnostics
import Solvers
import TestSupport
import Testing

/// The condition of the matrices below is about 1e4.
private let closedFormTolerance = 1e-11
private let orderBand = 0.1

@Suite("Helmholtz")
struct HelmholtzTests {
  /// Mass and stiffness of linear elements at the angle θ per node: h (2 + cos θ)/3 and 2 (1 - cos θ)/h.
  private func symbol(_ theta: Double, _ h: Double) -> (mass: Double, stiffness: Double) {
    (h * (2 + cosine(theta)) / 3, 2 * (1 - cosine(theta)) / h)
  }

  @Test("constant speed: each sine has its discrete closed form", arguments: [(1, 1), (3, 2), (7, 12)])
  func dirichlet(_ p: Int, _ q: Int) throws {
    let (cells, k) = (24, 17.3)
    let h = 1 / Double(cells)
    let alongX = (0..<25).map { i in sine(.pi * Double(p * i) * h) }
    let alongY = (0..<25).map { i in sine(.pi * Double(q * i) * h) }
    let mode = (0..<25 * 25).map { at in alongX[at / 25] * alongY[at % 25] }
    let (x, y) = (symbol(.pi * Double(p) * h, h), symbol(.pi * Double(q) * h, h))
    let eigenvalue: Double = x.stiffness * y.mass + x.mass * y.stiffness - k * k * x.mass * y.mass
    let solution = try HelmholtzDiscretization(cells: cells, boundary: .dirichlet)
      .solve(frequency: 2 * k, speed: [Double](repeating: 2, count: 625), load: mode)
    expectCloseBar(
      solution.values, mode.map { $0 / eigenvalue }, tolerance: closedFormTolerance,
      "Helmholtz, Dirichlet: closed form of mode \(p), \(q)")
    #expect(solution.residual <= 1e-14)
  }

  @Test(
    "constant speed with free sides: each cosine has its discrete closed form", arguments: [(0, 2), (4, 9)])
  func neumann(_ p: Int, _ q: Int) throws {
    let (cells, k) = (20, 11.0)
    let h = 1 / Double(cells)
    let (x, y) = (symbol(.pi * Double(p) * h, h), symbol(.pi * Double(q) * h, h))
    let eigenvalue: Double = x.stiffness * y.mass + x.mass * y.stiffness - k * k * x.mass * y.mass
    let alongX = (0..<21).map { i in cosine(.pi * Double(p * i) * h) }
    let alongY = (0..<21).map { i in cosine(.pi * Double(q * i) * h) }
    let mode = (0..<441).map { at in alongX[at / 21] * alongY[at % 21] }
    // Nodes on a side have half an element, so half the load.
    let parts: [Double] = (0..<21).map { $0 % 20 == 0 ? 0.5 : 1 }
    let load = (0..<441).map { at in mode[at] * parts[at / 21] * parts[at % 21] }
    let solution = try HelmholtzDiscretization(cells: cells, boundary: .flux)
      .solve(frequency: k, speed: [Double](repeating: 1, count: 441), load: load)
    expectCloseBar(
      solution.values, mode.map { $0 / eigenvalue }, tolerance: closedFormTolerance,
      "Helmholtz, Neumann: closed form of mode \(p), \(q)")
  }

  @Test("a source has the solution of the equation, to second order")
  func order() throws {
    let k = 9.0
    let sizes = [16, 32, 64]
    let errors = try sizes.map { cells in
      let solution = try HelmholtzDiscretization(cells: cells, boundary: .dirichlet)
        .solve(frequency: k, speed: [Double](repeating: 1, count: (cells + 1) * (cells + 1)))
      // f = 1 is the sum of 16/(π²pq) sin πpx sin πqy over odd p and q; at the centre the sines are ±1.
      var exact = 0.0
      for p in stride(from: 1, to: 2001, by: 2) {
        for q in stride(from: 1, to: 2001, by: 2) {
          let sign: Double = (p + q) % 4 == 2 ? 1 : -1
          let eigenvalue: Double = .pi * .pi * Double(p * p + q * q) - k * k
          exact += sign * 16 / (.pi * .pi * Double(p * q) * eigenvalue)
        }
      }
      return abs(solution.values[(cells / 2) * (cells + 1) + cells / 2] - exact)
    }
    let order = observedOrder(steps: sizes.map { 1 / Double($0) }, errors: errors)
    expectBar("Helmholtz: order", order, near: 2, within: orderBand)
  }

  @Test("random media are solved to round-off, and too coarse grids are refused with one that does")
  func samples() throws {
    for boundary in ["flux", "dirichlet"] {
      let sample = try solveSample(
        "{\"type\": \"helmholtz\", \"points\": 41, \"frequency\": 400, \"boundary\": \"\(boundary)\"}",
        index: 2)
      #expect(sample.quality["residual"]! <= 1e-13)
      #expect(sample.fields[0].allSatisfy { $0 > 19 && $0 < 21 })
    }
    let error = #expect(throws: Diagnostic.self) {
      try makeProblem("{\"type\": \"helmholtz\", \"points\": 41, \"frequency\": 1000}")
    }
    #expect(error?.fix == "set points to 52 or more, or lower frequency")
  }
}
