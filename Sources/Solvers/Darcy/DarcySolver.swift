import Fields
import RealModule
import Spectral

/// Draws coefficients and solves the finite-volume equations on the solve grid; stores every stride-th point.
final class DarcySolver: SampleSolver {
  private let problem: Darcy
  private let field: NeumannGaussianField
  private let conjugateGradients: ConjugateGradients
  private let rightHandSide: WorkArray

  init(_ problem: Darcy) {
    self.problem = problem
    let points = problem.solvePoints
    let unknowns = problem.grid.unknowns(points)
    let atVertices = problem.grid == .vertex
    field = NeumannGaussianField(
      points: points, atVertices: atVertices, modes: points - (atVertices ? 2 : 1),
      covariance: problem.covariance, stream: "coefficient")
    let operation = DiffusionOperator(unknowns: unknowns, grid: problem.grid)
    conjugateGradients = ConjugateGradients(
      operation: operation, preconditioner: DirichletLaplacian(unknowns: unknowns, grid: problem.grid))
    rightHandSide = WorkArray(count: unknowns * operation.rowStride)
    let spacing = problem.grid.spacing(points)
    for i in 0..<unknowns {
      for j in 0..<unknowns {
        rightHandSide.pointer[i * operation.rowStride + j] = problem.source * spacing * spacing
      }
    }
  }

  func solve(index: Int, seed: UInt64) throws -> SolvedSample {
    field.draw(index: index, seed: seed)
    let contrast = applyCoefficient()
    conjugateGradients.operation.setCoefficient(field.values.pointer)
    do throws(SolverError) {
      let outcome = try conjugateGradients.solve(
        rightHandSide.pointer, tolerance: problem.tolerance, maximumIterations: problem.maximumIterations)
      return SolvedSample(
        fields: [storedCoefficient(), storedSolution()],
        quality: [
          "residual": outcome.residual, "energyError": outcome.residual * contrast.squareRoot(),
          "iterations": Double(outcome.iterations)
        ])
    } catch {
      throw SolverError.sample(index: index, seed: seed, problem: Darcy.card.identifier, cause: error)
    }
  }

  /// Turns the Gaussian field into the coefficient, in place.
  ///
  /// - Returns: the ratio of its largest and smallest value.
  private func applyCoefficient() -> Double {
    let (a, count) = (field.values.pointer, field.values.count)
    switch problem.coefficient {
    case .binary(let low, let high):
      for i in 0..<count { a[i] = a[i] >= 0 ? high : low }
    case .lognormal(let mean):
      for i in 0..<count { a[i] = mean * .exp(a[i]) }
    }
    var smallest = Double.infinity
    var largest = 0.0
    for i in 0..<count {
      smallest = min(smallest, a[i])
      largest = max(largest, a[i])
    }
    return largest / smallest
  }

  private func storedCoefficient() -> [Double] {
    let (n, points, stride) = (problem.points, problem.solvePoints, problem.stride)
    return (0..<n * n).map { field.values.pointer[($0 / n) * stride * points + ($0 % n) * stride] }
  }

  private func storedSolution() -> [Double] {
    let (n, stride, points) = (problem.points, problem.stride, problem.solvePoints)
    let (u, width) = (conjugateGradients.solution.pointer, conjugateGradients.operation.rowStride)
    let atVertices = problem.grid == .vertex
    return (0..<n * n).map { at in
      let (i, j) = ((at / n) * stride, (at % n) * stride)
      guard atVertices else { return u[i * width + j] }
      let isBoundary = i == 0 || j == 0 || i == points - 1 || j == points - 1
      return isBoundary ? 0 : u[(i - 1) * width + j - 1]
    }
  }
}
