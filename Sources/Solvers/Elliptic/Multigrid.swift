import LinearAlgebra
import Spectral

/// One V(1,1) cycle as preconditioner for -∇·(a∇u) = f: independent of the grid and nearly of the contrast.
///
/// A Gauss–Seidel sweep goes down in rising order and comes up in falling order, so the cycle is symmetric and
/// conjugate gradients apply. Coarse operators are Galerkin products with interpolation by the operator
/// (``StencilLevel``); the coarsest system is solved directly.
package final class Multigrid: EllipticPreconditioner {
  private let levels: [StencilLevel]
  private let rowStride: Int
  private var coarsest: BandedCholesky?

  /// Unknowns per direction at which a direct solution is cheaper than another grid.
  private static let coarsestCount = 8

  package init(unknowns: Int) {
    var counts = [unknowns]
    while let last = counts.last, last > Multigrid.coarsestCount { counts.append(last / 2) }
    levels = counts.map { StencilLevel(count: $0) }
    rowStride = DirichletLaplacian.rowStride(unknowns: unknowns)
  }

  /// Builds the hierarchy of an operator.
  ///
  /// - Throws: ``SolverError/notElliptic`` when rounding leaves a coarse operator indefinite.
  package func prepare(_ operation: DiffusionOperator) throws(SolverError) {
    levels[0].take(operation)
    for (fine, coarse) in zip(levels, levels.dropFirst()) { fine.coarsen(into: coarse) }
    let last = levels[levels.count - 1]
    let n = last.count
    do {
      coarsest = try BandedCholesky(order: n * n, bandwidth: min(n + 1, n * n - 1)) { i, j in
        let (di, dj) = (j / n - i / n, j % n - i % n)
        return abs(di) <= 1 && abs(dj) <= 1 ? last.coefficient(i / n, i % n, di, dj) : 0
      }
    } catch {
      throw .notElliptic
    }
  }

  /// Replaces f by one cycle's approximation of the solution; rows are `rowStride` apart.
  package func solve(_ f: UnsafeMutablePointer<Double>) {
    let fine = levels[0]
    let (n, width) = (fine.count, fine.width)
    for i in 0..<n { (fine.load.pointer + (i + 1) * width + 1).update(from: f + i * rowStride, count: n) }
    cycle(0)
    for i in 0..<n { (f + i * rowStride).update(from: fine.solution.pointer + (i + 1) * width + 1, count: n) }
  }

  private func cycle(_ number: Int) {
    let level = levels[number]
    guard number + 1 < levels.count else { return solveDirectly(level) }
    let coarse = levels[number + 1]
    level.solution.fill(0)
    level.relax(forward: true)
    level.computeResidual()
    level.restrict(into: coarse)
    cycle(number + 1)
    level.prolongate(from: coarse)
    level.relax(forward: false)
  }

  private func solveDirectly(_ level: StencilLevel) {
    guard let coarsest else { preconditionFailure("solved before the operator was given") }
    let (n, width) = (level.count, level.width)
    let places = (0..<n * n).map { ($0 / n + 1) * width + $0 % n + 1 }
    let values = coarsest.solve(places.map { level.load.pointer[$0] })
    for (place, value) in zip(places, values) { level.solution.pointer[place] = value }
  }
}
