import Diagnostics
import LinearAlgebra
import Solvers
import TestSupport
import Testing

@Suite("Galerkin with polynomials")
struct GalerkinTests {
  @Test("a smooth manufactured solution is found to round-off")
  func manufactured() throws {
    // u = sin πx sin 2πy, a = exp(sin(2x) cos(3y)), f = -a Δu - ∇a·∇u.
    let basis = LegendreBasis(count: 28, nodeCount: 46)
    let q = basis.nodes.count
    func u(_ x: Double, _ y: Double) -> Double { sine(.pi * x) * sine(2 * .pi * y) }
    func a(_ x: Double, _ y: Double) -> Double { exponential(sine(2 * x) * cosine(3 * y)) }
    let places = (0..<q * q).map { (basis.nodes[$0 / q], basis.nodes[$0 % q]) }
    let source = places.map { x, y -> Double in
      let (ax, ay) = (
        2 * cosine(2 * x) * cosine(3 * y) * a(x, y), -3 * sine(2 * x) * sine(3 * y) * a(x, y)
      )
      let (ux, uy) = (
        .pi * cosine(.pi * x) * sine(2 * .pi * y), 2 * .pi * sine(.pi * x) * cosine(2 * .pi * y)
      )
      return 5 * .pi * .pi * a(x, y) * u(x, y) - ax * ux - ay * uy
    }
    let solution = try GalerkinDiffusion(basis: basis).solve(
      coefficient: places.map { a($0.0, $0.1) }, source: source, tolerance: 1e-14, maximumIterations: 200)
    let points = (0...20).map { Double($0) / 20 }
    let functions = basis.evaluated(at: points)
    let values = GalerkinDiffusion.values(solution.coefficients, functions, functions, count: basis.count)
    let expected = (0..<441).map { u(points[$0 / 21], points[$0 % 21]) }
    expectCloseBar(values, expected, tolerance: 1e-12, "Galerkin: manufactured solution, degree 28")
  }

  @Test("the Laplacian is its own preconditioner")
  func laplacian() throws {
    let basis = LegendreBasis(count: 12, nodeCount: 16)
    let ones = [Double](repeating: 1, count: 256)
    let solution = try GalerkinDiffusion(basis: basis).solve(
      coefficient: ones, source: ones, tolerance: 1e-12, maximumIterations: 5)
    #expect(solution.iterations == 1)
  }

  @Test("finite volumes converge to it", arguments: ["vertex", "cell"])
  func finiteVolumes(_ grid: String) throws {
    func solution(_ method: String, _ solvePoints: Int) throws -> [[Double]] {
      let points = grid == "vertex" ? 17 : solvePoints
      return try solveSample(
        """
        {"type": "darcy", "method": "\(method)", "grid": "\(grid)", "points": \(points), "sourceField": {"alpha": 6},
         "solvePoints": \(solvePoints), "coefficient": "lognormal", "tolerance": 1e-8,
         "field": {"variance": 1e6, "tau": 3, "alpha": 6}}
        """, index: 1
      ).fields
    }
    let sizes = grid == "vertex" ? [33, 65, 129] : [24, 48, 96]
    var errors: [Double] = []
    for size in sizes {
      let (volumes, polynomials) = (try solution("finite-volume", size), try solution("galerkin", size))
      // Both draw the same fields.
      expectClose(volumes[0], polynomials[0], tolerance: 1e-11, "coefficient")
      expectClose(volumes[2], polynomials[2], tolerance: 1e-11, "source")
      errors.append(worstDifference(volumes[1], polynomials[1]).difference)
    }
    let order = observedOrder(steps: sizes.map { 1 / Double(grid == "vertex" ? $0 - 1 : $0) }, errors: errors)
    expectBar("Galerkin against finite volumes, \(grid) grid: order", order, near: 2, within: 0.15)
  }

  @Test("rough and discontinuous coefficients are refused")
  func refusals() throws {
    let binary = #expect(throws: Diagnostic.self) {
      try makeProblem("{\"type\": \"darcy\", \"method\": \"galerkin\"}")
    }
    #expect(binary?.exitCode == .usage)
    let rough = try makeProblem(
      """
      {"type": "darcy", "method": "galerkin", "points": 17, "solvePoints": 65, "coefficient": "lognormal"}
      """)
    let error = #expect(throws: SolverError.self) { try rough.makeSolver().solve(index: 0, seed: 0) }
    #expect(try #require(error).diagnostic.code == "numerics.resolution")
  }

  @Test("eigenvectors diagonalise, and products know their transposes")
  func linearAlgebra() {
    let matrix = [4.0, 1, 0.5, 1, 3, -1, 0.5, -1, 2]
    let problem = SymmetricEigenproblem(order: 3, matrix: matrix)
    let v = problem.vectors
    let half = DenseProduct.multiply(v, firstTransposed: true, matrix, rows: 3, inner: 3, columns: 3)
    let diagonal = DenseProduct.multiply(half, v, rows: 3, inner: 3, columns: 3)
    let expected = (0..<9).map { $0 % 4 == 0 ? problem.values[$0 / 4] : 0 }
    expectClose(diagonal, expected, tolerance: 1e-14)
    // A (2×3) times the transpose of B (2×3).
    let product = DenseProduct.multiply(
      [1, 2, 3, 4, 5, 6], [1, 0, 2, 0, 1, 1], secondTransposed: true, rows: 2, inner: 3, columns: 2)
    #expect(product == [7, 5, 16, 11])
  }
}
