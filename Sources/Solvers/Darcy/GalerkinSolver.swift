import Fields
import LinearAlgebra
import RealModule

/// What the samples of polynomials carry besides the measures of all Darcy samples.
enum GalerkinMeasures {
  static let all = [
    QualityMeasure(
      name: "truncationError",
      longName: "relative L2 distance to the solution of half the degree, stored points"),
    QualityMeasure(name: "degree", longName: "polynomials per direction of the accepted solve"),
  ]
}

/// Solves log-normal samples by polynomials, whose degree is doubled until two solutions agree.
final class GalerkinSolver: SampleSolver {
  private let problem: Darcy
  private let field: SquareGaussianField
  private let sourceField: SquareGaussianField?
  private let coordinates: [Double]
  private var levels: [Int: Level] = [:]

  private static let degrees = [16, 32, 64, 128]

  /// Everything that depends on the degree alone.
  private struct Level {
    let discretization: GalerkinDiffusion
    /// Functions at the stored points.
    let stored: [Double]
    /// Functions of the random fields at the Gauss points.
    let waves: (field: [Double], source: [Double])
  }

  init(_ problem: Darcy) throws {
    self.problem = problem
    let modes = problem.solvePoints - (problem.grid == .vertex ? 2 : 1)
    func field(_ distribution: Darcy.Field, _ stream: String) -> SquareGaussianField {
      SquareGaussianField(
        points: problem.solvePoints, atVertices: problem.grid == .vertex, modes: modes,
        covariance: distribution.covariance, stream: stream, basis: distribution.basis)
    }
    self.field = field(problem.field, "coefficient")
    sourceField = problem.sourceField.map { field($0, "source") }
    coordinates = (0..<problem.points).map {
      problem.grid.coordinate($0 * problem.stride, of: problem.solvePoints)
    }
  }

  func solve(index: Int, seed: UInt64) throws -> SolvedSample {
    do throws(SolverError) {
      return try solveRefining(index: index, seed: seed)
    } catch {
      throw SolverError.sample(index: index, seed: seed, problem: Darcy.card.identifier, cause: error)
    }
  }

  private func solveRefining(index: Int, seed: UInt64) throws(SolverError) -> SolvedSample {
    let exponents = field.coefficients(index: index, seed: seed)
    let sources = sourceField?.coefficients(index: index, seed: seed)
    var coarse: [Double]?
    var (error, last) = (Double.infinity, 0)
    for degree in Self.degrees {
      let level = level(degree)
      let a = coefficient(exponents, level.waves.field)
      let f = sources.map { source($0, level.waves.source) } ?? a.map { _ in problem.source }
      // The solve is exact enough not to hide the truncation.
      let solution = try level.discretization.solve(
        coefficient: a, source: f, tolerance: 0.1 * problem.tolerance,
        maximumIterations: problem.maximumIterations)
      let fine = GalerkinDiffusion.values(solution.coefficients, level.stored, level.stored, count: degree)
      if let coarse {
        error = distance(coarse, fine)
        if error <= problem.tolerance {
          let contrast = (a.max() ?? 1) / (a.min() ?? 1)
          let grid = waves(at: coordinates)
          return SolvedSample(
            fields: [coefficient(exponents, grid.field), fine]
              + (sources.map { [source($0, grid.source)] } ?? []),
            quality: [
              "truncationError": error, "degree": Double(degree), "residual": solution.residual,
              "energyError": solution.residual * contrast.squareRoot(), "contrast": contrast,
              "iterations": Double(solution.iterations),
            ])
        }
      }
      (coarse, last) = (fine, degree)
    }
    throw .degreeExhausted(degree: last, error: error, tolerance: problem.tolerance)
  }

  private func coefficient(_ exponents: [Double], _ waves: [Double]) -> [Double] {
    guard case .lognormal(let mean) = problem.coefficient else { preconditionFailure("checked when read") }
    return evaluated(exponents, waves).map { mean * .exp($0) }
  }

  private func source(_ coefficients: [Double], _ waves: [Double]) -> [Double] {
    evaluated(coefficients, waves).map { problem.source + $0 }
  }

  private func evaluated(_ coefficients: [Double], _ waves: [Double]) -> [Double] {
    GalerkinDiffusion.values(coefficients, waves, waves, count: field.modes + 1)
  }

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    var (square, size) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
      square += (x - y) * (x - y)
      size += y * y
    }
    return square == 0 ? 0 : (square / size).squareRoot()
  }

  private func waves(at points: [Double]) -> (field: [Double], source: [Double]) {
    (field.functions(at: points), sourceField?.functions(at: points) ?? [])
  }

  private func level(_ degree: Int) -> Level {
    if let known = levels[degree] { return known }
    let basis = LegendreBasis(count: degree, nodeCount: degree + degree / 2 + 4)
    let made = Level(
      discretization: GalerkinDiffusion(basis: basis), stored: basis.evaluated(at: coordinates),
      waves: waves(at: basis.nodes))
    levels[degree] = made
    return made
  }
}
