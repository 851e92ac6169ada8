import Configuration
import Diagnostics
import LinearAlgebra
import Solvers
import Spectral
import TestSupport
import Testing

/// Agreement with the direct solver, the issue's bound, at a residual reduction of 1e-12.
private let oracleTolerance = 1e-9
private let orderBand = 0.1

@Suite("Darcy")
struct DarcyTests {
  /// A discrete problem on n points with coefficient and right-hand side given as functions.
  private struct Discrete {
    let grid: SquareGrid
    let unknowns: Int
    let solver: ConjugateGradients
    let points: [(x: Double, y: Double)]
    let load: WorkArray

    init(
      _ n: Int, _ grid: SquareGrid, coefficient a: (Double, Double) -> Double,
      source f: (Double, Double) -> Double
    ) {
      self.grid = grid
      let m = grid == .vertex ? n - 2 : n
      unknowns = m
      let spacing = grid == .vertex ? 1 / Double(n - 1) : 1 / Double(n)
      func coordinate(_ i: Int) -> Double {
        grid == .vertex ? Double(i) * spacing : (Double(i) + 0.5) * spacing
      }
      let operation = DiffusionOperator(unknowns: m, grid: grid)
      operation.setCoefficient((0..<n * n).map { a(coordinate($0 / n), coordinate($0 % n)) })
      solver = ConjugateGradients(
        operation: operation, preconditioner: DirichletLaplacian(unknowns: m, grid: grid))
      let offset = grid == .vertex ? 1 : 0
      points = (0..<m * m).map { (coordinate($0 / m + offset), coordinate($0 % m + offset)) }
      load = WorkArray(count: m * operation.rowStride)
      for (i, point) in points.enumerated() {
        load[i / m * operation.rowStride + i % m] = spacing * spacing * f(point.x, point.y)
      }
    }

    func solve() throws -> [Double] {
      _ = try solver.solve(load.pointer, tolerance: 1e-12, maximumIterations: 200)
      return (0..<unknowns * unknowns).map {
        solver.solution[$0 / unknowns * solver.operation.rowStride + $0 % unknowns]
      }
    }

    func maximumError(_ exact: (Double, Double) -> Double) throws -> Double {
      zip(try solve(), points).reduce(0) { max($0, abs($1.0 - exact($1.1.x, $1.1.y))) }
    }
  }

  @Test("a manufactured solution converges with order 2", arguments: SquareGrid.allCases)
  func manufacturedOrder(_ grid: SquareGrid) throws {
    // a = 1 + ½ cos 2πx cos 2πy, u = sin πx sin 2πy
    let a = { (x: Double, y: Double) in 1 + 0.5 * cosine(2 * .pi * x) * cosine(2 * .pi * y) }
    let u = { (x: Double, y: Double) in sine(.pi * x) * sine(2 * .pi * y) }
    let f = { (x: Double, y: Double) -> Double in
      let (ux, uy) = (
        .pi * cosine(.pi * x) * sine(2 * .pi * y), 2 * .pi * sine(.pi * x) * cosine(2 * .pi * y)
      )
      let ax = -.pi * sine(2 * .pi * x) * cosine(2 * .pi * y)
      let ay = -.pi * cosine(2 * .pi * x) * sine(2 * .pi * y)
      return a(x, y) * 5 * .pi * .pi * u(x, y) - ax * ux - ay * uy
    }
    let sizes = [17, 33, 65, 129]
    let errors = try sizes.map { try Discrete($0, grid, coefficient: a, source: f).maximumError(u) }
    let order = observedOrder(steps: sizes.map { 1 / Double($0 - 1) }, errors: errors)
    expectBar("Darcy, \(grid) grid: order, manufactured", order, near: 2, within: orderBand)
  }

  @Test("across a jump on cell faces the order stays 2", arguments: SquareGrid.allCases)
  func layeredOrder(_ grid: SquareGrid) throws {
    // u = sin 2πx sin πy / a is continuous at x = ½, and so is its flux.
    let a = { (x: Double, _: Double) in x < 0.5 ? 3.0 : 12.0 }
    let u = { (x: Double, y: Double) in sine(2 * .pi * x) * sine(.pi * y) / a(x, y) }
    let f = { (x: Double, y: Double) in 5 * .pi * .pi * sine(2 * .pi * x) * sine(.pi * y) }
    let sizes = [16, 32, 64, 128]
    let errors = try sizes.map { try Discrete($0, grid, coefficient: a, source: f).maximumError(u) }
    let spacings = sizes.map { grid == .vertex ? 1 / Double($0 - 1) : 1 / Double($0) }
    let order = observedOrder(steps: spacings, errors: errors)
    expectBar("Darcy, \(grid) grid: order, layers on faces", order, near: 2, within: orderBand)
  }

  @Test("agrees with banded Cholesky on random coefficients", arguments: SquareGrid.allCases)
  func oracle(_ grid: SquareGrid) throws {
    let numbers = scatter(34 * 34)
    var next = 0
    let discrete = Discrete(
      34, grid,
      coefficient: { _, _ in
        next += 1
        return numbers[next - 1] > 0 ? 12 : 3
      }, source: { x, y in 1 + x - y * y })
    let n = discrete.unknowns
    let operation = discrete.solver.operation
    let cholesky = try BandedCholesky(order: n * n, bandwidth: n) { i, j in
      if i == j { return operation.entries(i / n, i % n).diagonal }
      if j == i + n { return operation.entries(i / n, i % n).below }
      return j == i + 1 && j % n != 0 ? operation.entries(i / n, i % n).right : 0
    }
    let load = (0..<n * n).map { discrete.load[$0 / n * operation.rowStride + $0 % n] }
    expectCloseBar(
      try discrete.solve(), cholesky.solve(load), tolerance: oracleTolerance,
      "Darcy, \(grid) grid: banded Cholesky")
  }

  @Test("the preconditioner inverts the Laplacian exactly", arguments: SquareGrid.allCases)
  func exactInverse(_ grid: SquareGrid) throws {
    for n in [9, 16, 50] {
      let discrete = Discrete(n, grid, coefficient: { _, _ in 1 }, source: { x, y in sine(7 * x) - y })
      let outcome = try discrete.solver.solve(discrete.load.pointer, tolerance: 1e-13, maximumIterations: 3)
      #expect(outcome.iterations == 1, "\(n) points")
    }
  }

  @Test("the Poisson problem has its known maximum and mean")
  func poissonConstants() throws {
    let sample = try solveSample(
      """
      {"type": "darcy", "points": 129, "solvePoints": 129, "coefficient": {"type": "binary", "low": 1, "high": 1}}
      """)
    let mean = sample.fields[1].reduce(0, +) / Double(128 * 128)
    // -Δu = 1 on the unit square: max 0.0736713, mean 0.0351443; second-order differences at h = 1/128.
    #expect(abs(sample.fields[1].max()! - 0.0736713) < 1e-5)
    #expect(abs(mean - 0.0351443) < 1e-5)
  }

  @Test("iterations stay within the bound of the contrast, and the solution is positive")
  func iterationBound() throws {
    for (low, high) in [(3.0, 12.0), (1, 10), (1, 100)] {
      let contrast = (high / low).squareRoot()
      let bound = logarithm(2 / 1e-8) / logarithm((contrast + 1) / (contrast - 1))
      for points in [57, 113] {
        let problem = try makeProblem(
          """
          {"type": "darcy", "points": \(points), "solvePoints": \(points), "tolerance": 1e-8,
           "coefficient": {"type": "binary", "low": \(low), "high": \(high)}}
          """)
        let solver = try problem.makeSolver()
        for index in 0..<3 {
          let sample = try solver.solve(index: index, seed: 1)
          expectBar(
            "Darcy, \(points) points, contrast \(high / low): iterations for 1e-8",
            sample.quality["iterations"]!, atMost: bound.rounded(.up))
          let inside = 1..<points - 1
          let isPositive = inside.allSatisfy { i in
            inside.allSatisfy { sample.fields[1][i * points + $0] > 0 }
          }
          #expect(isPositive)
        }
      }
    }
  }

  @Test("mean and deviation of the solution are those of the published set")
  func distribution() throws {
    let solver = try makeProblem(
      """
      {"type": "darcy", "points": 96, "solvePoints": 96, "grid": "cell"}
      """
    ).makeSolver()
    let count = 256
    var (means, squares) = ([Double](), [Double]())
    for index in 0..<count {
      let values = try solver.solve(index: index, seed: 2).fields[1]
      means.append(values.reduce(0, +) / Double(values.count))
      squares.append(values.reduce(0) { $0 + $1 * $1 } / Double(values.count))
    }
    let mean = means.reduce(0, +) / Double(count)
    let variance = squares.reduce(0, +) / Double(count) - mean * mean
    func standardError(_ values: [Double]) -> Double {
      let centre = values.reduce(0, +) / Double(count)
      let spread = values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(count - 1)
      return (spread / Double(count)).squareRoot()
    }
    let deviation = variance.squareRoot()
    // To first order a sample moves the deviation by (⟨u²⟩ - 2 mean ⟨u⟩)/2 deviation.
    let influences = zip(squares, means).map { ($0 - 2 * mean * $1) / (2 * deviation) }
    // Moments of the published 241² set.
    expectBar("Darcy: mean of \(count) solutions", mean, near: 5.74634e-3, within: 4 * standardError(means))
    expectBar(
      "Darcy: deviation of \(count) solutions", deviation, near: 3.88433e-3,
      within: 4 * standardError(influences))
  }

  @Test("a stored grid is every stride-th point of the solved one")
  func restriction() throws {
    let full = try solveSample("{\"type\": \"darcy\", \"points\": 49, \"solvePoints\": 49}", index: 2)
    let part = try solveSample("{\"type\": \"darcy\", \"points\": 13, \"solvePoints\": 49}", index: 2)
    for field in 0..<2 {
      let expected = subgrid(full.fields[field], width: 49, count: 13, stride: 4)
      #expect(part.fields[field] == expected)
    }
    let layout = try makeProblem("{\"type\": \"darcy\", \"points\": 13, \"solvePoints\": 49}").layout
    #expect(layout.axes[0].coordinates.last == 1)
  }

  @Test("log-normal coefficients are positive with the stated mean of the logarithm")
  func lognormal() throws {
    let sample = try solveSample(
      """
      {"type": "darcy", "points": 33, "solvePoints": 33, "coefficient": {"type": "lognormal", "mean": 2}}
      """)
    #expect(sample.fields[0].min()! > 0)
    let logarithms = sample.fields[0].map { logarithm($0 / 2) }
    // The Gaussian field has no mean mode; the trapezoidal sum over vertices of its cosines vanishes.
    var sum = 0.0
    for i in 0..<33 {
      for j in 0..<33 {
        let weight: Double = (i % 32 == 0 ? 0.5 : 1) * (j % 32 == 0 ? 0.5 : 1)
        sum += weight * logarithms[i * 33 + j]
      }
    }
    #expect(abs(sum / 1024) <= 1e-12)
  }

  @Test("trigonometric coefficients are one function on every grid, with the stated bounds")
  func trigonometric() throws {
    func sample(_ points: Int, _ solvePoints: Int) throws -> [Double] {
      try solveSample(
        """
        {"type": "darcy", "points": \(points), "solvePoints": \(solvePoints), "coefficient": "trigonometric"}
        """, index: 3
      ).fields[0]
    }
    let coarse = try sample(17, 17)
    // Angles up to 10³ radians carry the rounding of the coordinates.
    expectClose(coarse, try sample(17, 65), tolerance: 1e-11, "grids")
    #expect(coarse.min()! >= power(0.25, 6) && coarse.max()! <= power(2.25, 6))
    // ξ + η = 0 and η - 3ξ = 0 at the centre, where only the cosines are left: 1.5⁶.
    #expect(abs(coarse[8 * 17 + 8] - power(1.5, 6)) <= 1e-11)
  }

  @Test("a random source adds up with the constant one", arguments: SquareGrid.allCases)
  func randomSource(_ grid: SquareGrid) throws {
    func solution(_ source: String) throws -> [[Double]] {
      try solveSample(
        """
        {"type": "darcy", "points": 33, "solvePoints": 33, "tolerance": 1e-12, "grid": "\(grid.rawValue)", \(source)}
        """, index: 1
      ).fields
    }
    let both = try solution("\"source\": 2, \"sourceField\": {}")
    let random = try solution("\"source\": 0, \"sourceField\": {}")
    let constant = try solution("\"source\": 2")
    #expect(both[0] == constant[0] && both.count == 3 && constant.count == 2)
    expectClose(both[1], zip(random[1], constant[1]).map { $0 + $1 }, tolerance: 1e-10, "solutions")
    expectClose(both[2], random[2].map { $0 + 2 }, tolerance: 1e-12, "sources")
  }

  @Test(
    "a part of the square stores its mask, outside of which nothing flows", arguments: SquareDomain.allCases)
  func mask(_ domain: SquareDomain) throws {
    let text = """
      {"type": "darcy", "points": 25, "solvePoints": 49, "domain": "\(domain.rawValue)", "sourceField": {}, "source": 100}
      """
    let problem = try makeProblem(text)
    let names = problem.layout.fields.map(\.name)
    guard domain != .square else { return #expect(!names.contains("mask")) }
    #expect(names == ["coefficient", "solution", "source", "mask"])
    #expect(problem.mapping == .steady(inputs: ["coefficient", "source", "mask"], outputs: ["solution"]))
    let sample = try problem.makeSolver().solve(index: 0, seed: 1)
    for (at, (u, inside)) in zip(sample.fields[1], sample.fields[3]).enumerated() {
      let (i, j) = (at / 25, at % 25)
      let isOpen = i % 24 != 0 && j % 24 != 0
      let expected = isOpen && domain.contains(Double(i) / 24, Double(j) / 24)
      #expect(inside == (expected ? 1 : 0) && (u > 0) == expected, "point \(i), \(j)")
    }
  }

  @Test("several domains are taken in turn, and each sample is that of its domain alone")
  func turns() throws {
    let names: [SquareDomain] = [.square, .circle, .triangle]
    let size = #""type": "darcy", "points": 15, "solvePoints": 29"#
    let problem = try makeProblem("{\(size), \"domains\": [\"square\", \"circle\", \"triangle\"]}")
    let solver = try problem.makeSolver()
    for index in 0..<6 {
      let domain = names[index % 3]
      let sample = try solver.solve(index: index, seed: 0)
      let alone = try makeProblem("{\(size), \"domain\": \"\(domain.rawValue)\"}").makeSolver()
      let expected = try alone.solve(index: index, seed: 0)
      #expect(sample.fields.count == 3 && Array(sample.fields.prefix(2)) == Array(expected.fields.prefix(2)))
      if domain == .square {
        #expect(sample.fields[2].reduce(0, +) == 13 * 13)
      } else {
        #expect(sample.fields[2] == expected.fields[2])
      }
    }
    #expect(throws: (any Error).self) { try makeProblem("{\(size), \"domains\": [\"disc\"]}") }
  }

  @Test("too few iterations are refused with what stands and what to do")
  func refusesUnconverged() throws {
    let problem = try makeProblem(
      "{\"type\": \"darcy\", \"points\": 25, \"solvePoints\": 49, \"maximumIterations\": 3}")
    let error = #expect(throws: SolverError.self) { try problem.makeSolver().solve(index: 1, seed: 0) }
    let diagnostic = try #require(error).diagnostic
    #expect(diagnostic.exitCode == .numericalFailure)
    #expect(diagnostic.summary.hasSuffix("after 3 iterations"))
    #expect(diagnostic.fix == "raise maximumIterations to 6, or lower the contrast of the coefficient")
    #expect(diagnostic.location == "darcy, sample 1 of seed 0")
  }

  @Test("a stored grid that is no part of the solved one is a configuration error")
  func refusesGrid() {
    let error = #expect(throws: Diagnostic.self) {
      try makeProblem("{\"type\": \"darcy\", \"points\": 64, \"solvePoints\": 421}")
    }
    #expect(error?.exitCode == .usage)
    #expect(error?.fix == "set points to 61 or change solvePoints")
  }
}
