import LinearAlgebra
import Solvers
import Spectral
import TestSupport
import Testing

/// Agreement with the direct solver, at a residual reduction of 1e-12.
private let oracleTolerance = 1e-9
/// The sizes are small, and the rate is reached from above.
private let rateBand = 0.2

@Suite("Multigrid")
struct MultigridTests {
  @Test("agrees with banded Cholesky at high contrast, on every domain", arguments: SquareDomain.allCases)
  func oracle(_ domain: SquareDomain) throws {
    for grid in SquareGrid.allCases {
      let points = 41
      let n = grid == .vertex ? points - 2 : points
      let operation = DiffusionOperator(unknowns: n, grid: grid, domain: domain)
      operation.setCoefficient(scatter(points * points).map { power(10, 2 * $0) })
      let multigrid = Multigrid(unknowns: n)
      try multigrid.prepare(operation)
      let solver = ConjugateGradients(operation: operation, preconditioner: multigrid)
      let load = WorkArray(count: n * operation.rowStride)
      let numbers = scatter(n * n)
      for at in 0..<n * n where operation.isInside(at / n, at % n) {
        load[at / n * operation.rowStride + at % n] = 2 + numbers[at]
      }
      _ = try solver.solve(load.pointer, tolerance: 1e-12, maximumIterations: 60)
      let cholesky = try BandedCholesky(order: n * n, bandwidth: n) { i, j in
        let (diagonal, right, below) = operation.entries(i / n, i % n)
        if i == j { return diagonal }
        if j == i + n { return below }
        return j == i + 1 && j % n != 0 ? right : 0
      }
      func flat(_ values: WorkArray) -> [Double] {
        (0..<n * n).map { values[$0 / n * operation.rowStride + $0 % n] }
      }
      expectCloseBar(
        flat(solver.solution), cholesky.solve(flat(load)), tolerance: oracleTolerance,
        "multigrid, \(domain), \(grid) grid: banded Cholesky")
    }
  }

  @Test(
    "iterations hardly depend on grid and contrast",
    arguments: [
      #""coefficient": {"type": "trigonometric"}"#,
      #""coefficient": {"type": "binary", "low": 1, "high": 1e5}"#,
      #""domain": "cross-hole""#, #""coefficient": {"type": "lognormal"}, "preconditioner": "multigrid""#,
    ])
  func meshIndependence(_ settings: String) throws {
    var iterations: [Double] = []
    for points in [65, 90, 129, 192] {
      let solver = try makeProblem(
        "{\"type\": \"darcy\", \"points\": \(points), \"solvePoints\": \(points), \"tolerance\": 1e-10, \(settings)}"
      ).makeSolver()
      for index in 0..<2 {
        let sample = try solver.solve(index: index, seed: 3)
        iterations.append(sample.quality["iterations"]!)
        #expect(sample.quality["energyError"]! <= 1e-9)
        // The maximum principle: a positive source gives no negative solution.
        #expect(sample.fields[1].min()! >= 0)
      }
    }
    #expect(iterations.max()! <= 20, "\(iterations)")
  }

  @Test("both preconditioners give the same solution")
  func agreement() throws {
    func solution(_ name: String) throws -> [Double] {
      try solveSample(
        """
        {"type": "darcy", "points": 71, "solvePoints": 71, "tolerance": 1e-12, "preconditioner": "\(name)"}
        """
      ).fields[1]
    }
    expectClose(
      try solution("sine"), try solution("multigrid"), tolerance: oracleTolerance, "preconditioners")
  }

  @Test("a checkerboard's singularity converges at its own rate", arguments: [4.0, 10.0])
  func kellogg(_ contrast: Double) throws {
    let exponent = 4 / .pi * arcTangent(1 / contrast.squareRoot())
    let sizes = [32, 64, 128, 256]
    let errors = try sizes.map {
      try KelloggProblem(contrast: contrast, exponent: exponent).error(points: $0)
    }
    let order = observedOrder(steps: sizes.map { 1 / Double($0) }, errors: errors)
    expectBar("Kellogg, contrast \(contrast): rate", order, near: 2 * exponent, within: rateBand)
  }
}

/// u = b r^λ μ(θ) around the centre of a checkerboard, b = (1-4x²)(1-4y²): the field r^λ μ(θ) has no source.
private struct KelloggProblem {
  let contrast: Double
  let exponent: Double

  private func coefficient(_ x: Double, _ y: Double) -> Double { x * y > 0 ? contrast : 1 }

  /// r^λ μ(θ) with its derivatives.
  private func singular(_ x: Double, _ y: Double) -> (value: Double, dx: Double, dy: Double) {
    let radius = (x * x + y * y).squareRoot()
    let angle = y >= 0 ? arcCosine(x / radius) : 2 * .pi - arcCosine(x / radius)
    let quadrant = Int(angle / (.pi / 2))
    let local = exponent * (angle - .pi / 4 - .pi / 2 * Double(quadrant))
    let sign: Double = quadrant < 2 ? 1 : -1
    let isHigh = quadrant % 2 == 0
    let root = contrast.squareRoot()
    let shape = sign * (isHigh ? cosine(local) : -root * sine(local))
    let slope = sign * exponent * (isHigh ? -sine(local) : -root * cosine(local))
    let scale = power(radius, exponent - 1)
    let (radial, tangential) = (scale * exponent * shape, scale * slope)
    let dx: Double = (radial * x - tangential * y) / radius
    let dy: Double = (radial * y + tangential * x) / radius
    return (scale * radius * shape, dx, dy)
  }

  /// Root mean square of the error on a cell grid whose faces lie on the jumps.
  func error(points n: Int) throws -> Double {
    let h = 1 / Double(n)
    let centres = (0..<n).map { i in h * (Double(i) + 0.5) - 0.5 }
    let places = (0..<n * n).map { at in (centres[at / n], centres[at % n]) }
    let operation = DiffusionOperator(unknowns: n, grid: .cell)
    operation.setCoefficient(places.map { coefficient($0.0, $0.1) })
    let multigrid = Multigrid(unknowns: n)
    try multigrid.prepare(operation)
    let solver = ConjugateGradients(operation: operation, preconditioner: multigrid)
    let load = WorkArray(count: n * operation.rowStride)
    for (at, (x, y)) in places.enumerated() {
      let (s, sx, sy) = singular(x, y)
      let (alongX, alongY): (Double, Double) = (1 - 4 * x * x, 1 - 4 * y * y)
      let (bx, by): (Double, Double) = (-8 * x * alongY, -8 * y * alongX)
      let gradients: Double = 2 * (bx * sx + by * sy)
      let laplacian: Double = -8 * (alongX + alongY)
      let f = -coefficient(x, y) * (gradients + s * laplacian)
      load[at / n * operation.rowStride + at % n] = f * h * h
    }
    _ = try solver.solve(load.pointer, tolerance: 1e-11, maximumIterations: 100)
    var sum = 0.0
    for (at, (x, y)) in places.enumerated() {
      let (alongX, alongY): (Double, Double) = (1 - 4 * x * x, 1 - 4 * y * y)
      let exact = alongX * alongY * singular(x, y).value
      let difference = solver.solution[at / n * operation.rowStride + at % n] - exact
      sum += difference * difference
    }
    return (sum * h * h).squareRoot()
  }
}
