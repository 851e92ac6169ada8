import Fields
import Spectral

/// Draws coefficients and sources and solves the finite-volume equations on the solve grid; stores every
/// stride-th point.
final class DarcySolver: SampleSolver {
  private let problem: Darcy
  private let domain: SquareDomain
  private let field: SquareGaussianField
  private let sourceField: SquareGaussianField?
  private let conjugateGradients: ConjugateGradients
  private let sine: DirichletLaplacian
  private lazy var multigrid = Multigrid(unknowns: problem.grid.unknowns(problem.solvePoints))
  private let rightHandSide: WorkArray

  init(_ problem: Darcy, domain: SquareDomain) {
    self.problem = problem
    self.domain = domain
    let unknowns = problem.grid.unknowns(problem.solvePoints)
    field = DarcySolver.field(problem, problem.field, stream: "coefficient")
    sourceField = problem.sourceField.map { DarcySolver.field(problem, $0, stream: "source") }
    let operation = DiffusionOperator(unknowns: unknowns, grid: problem.grid, domain: domain)
    sine = DirichletLaplacian(unknowns: unknowns, grid: problem.grid)
    conjugateGradients = ConjugateGradients(operation: operation, preconditioner: sine)
    rightHandSide = WorkArray(count: unknowns * operation.rowStride)
  }

  private static func field(_ problem: Darcy, _ distribution: Darcy.Field, stream: String)
    -> SquareGaussianField
  {
    let atVertices = problem.grid == .vertex
    return SquareGaussianField(
      points: problem.solvePoints, atVertices: atVertices, modes: problem.solvePoints - (atVertices ? 2 : 1),
      covariance: distribution.covariance, stream: stream, basis: distribution.basis)
  }

  func solve(index: Int, seed: UInt64) throws -> SolvedSample {
    field.draw(index: index, seed: seed)
    let contrast = problem.applyCoefficient(field.values.pointer, index: index, seed: seed)
    sourceField?.draw(index: index, seed: seed)
    if let source = sourceField?.values {
      for i in 0..<source.count { source.pointer[i] += problem.source }
    }
    conjugateGradients.operation.setCoefficient(field.values.pointer)
    setRightHandSide()
    do throws(SolverError) {
      let usesSine = try choosePreconditioner(contrast: contrast)
      let outcome = try conjugateGradients.solve(
        rightHandSide.pointer, tolerance: problem.tolerance, maximumIterations: problem.maximumIterations)
      let condition = usesSine ? contrast : outcome.condition
      return SolvedSample(
        fields: [stored(field), storedSolution()] + (sourceField.map { [stored($0)] } ?? []) + storedMask,
        quality: [
          "residual": outcome.residual, "energyError": outcome.residual * condition.squareRoot(),
          "contrast": contrast, "iterations": Double(outcome.iterations),
        ])
    } catch {
      throw SolverError.sample(index: index, seed: seed, problem: Darcy.card.identifier, cause: error)
    }
  }

  /// Whether the sine transform is the preconditioner of this coefficient; otherwise the grids are built.
  private func choosePreconditioner(contrast: Double) throws(SolverError) -> Bool {
    let usesSine =
      switch problem.preconditioner {
      case .sine: true
      case .multigrid: false
      case .automatic: domain == .square && contrast <= Darcy.Preconditioner.sineContrast
      }
    if usesSine {
      conjugateGradients.preconditioner = sine
    } else {
      try multigrid.prepare(conjugateGradients.operation)
      conjugateGradients.preconditioner = multigrid
    }
    return usesSine
  }

  /// h² f at the unknowns of the domain.
  private func setRightHandSide() {
    let (operation, points) = (conjugateGradients.operation, problem.solvePoints)
    let offset = problem.grid == .vertex ? 1 : 0
    let spacing = problem.grid.spacing(points)
    for i in 0..<operation.unknowns {
      for j in 0..<operation.unknowns where operation.isInside(i, j) {
        let f = sourceField?.values.pointer[(i + offset) * points + j + offset] ?? problem.source
        rightHandSide.pointer[i * operation.rowStride + j] = f * spacing * spacing
      }
    }
  }

  private func stored(_ field: SquareGaussianField) -> [Double] {
    let (n, points, stride) = (problem.points, problem.solvePoints, problem.stride)
    return (0..<n * n).map { field.values.pointer[($0 / n) * stride * points + ($0 % n) * stride] }
  }

  /// The domain at the stored points, where it is not the whole square for all samples; its boundary does not belong to it.
  private var storedMask: [[Double]] {
    guard problem.hasMask else { return [] }
    let (n, points) = (problem.points, problem.solvePoints)
    let inside = (0..<n).map { i in
      let x = problem.grid.coordinate(i * problem.stride, of: points)
      return (x: x, isOpen: x > 0 && x < 1)
    }
    return [
      (0..<n * n).map { at in
        let (a, b) = (inside[at / n], inside[at % n])
        return a.isOpen && b.isOpen && domain.contains(a.x, b.x) ? 1 : 0
      }
    ]
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
