import Fields

/// Solvers that take the samples in turn: sample i is the work of solver i mod n.
final class AlternatingSolver: SampleSolver {
  private let solvers: [any SampleSolver]

  /// - Precondition: there is one at least.
  init(_ solvers: [any SampleSolver]) {
    precondition(!solvers.isEmpty, "nobody to take the samples")
    self.solvers = solvers
  }

  func solve(index: Int, seed: UInt64) throws -> SolvedSample {
    try solvers[index % solvers.count].solve(index: index, seed: seed)
  }
}
