import Diagnostics
import RealModule

/// What a solver refuses to write into a dataset.
public enum SolverError: Error, Equatable {
  /// Energy is left at the edge of the kept modes: the grid is too coarse for this solution.
  case underResolved(tail: Double, tolerance: Double)
  /// As above, on the finest grid that the configuration allows.
  case resolutionExhausted(points: Int, tail: Double, tolerance: Double)
  /// Halving the steps did not bring the estimated time error below its tolerance.
  case timeToleranceMissed(tolerance: Double, steps: Int)
  /// No step size gives a finite result.
  case blewUp(time: Double, stepSize: Double)
  /// Conjugate gradients did not reach the tolerance.
  case notConverged(iterations: Int, residual: Double, tolerance: Double)
  /// Polynomials of the largest degree do not agree with those of half of it.
  case degreeExhausted(degree: Int, error: Double, tolerance: Double)
  /// Rounding left a coarse operator indefinite: the coefficient spans more than double precision resolves.
  case notElliptic
  /// Which sample it was, and of which seed.
  indirect case sample(index: Int, seed: UInt64, problem: String, cause: SolverError)
}

extension SolverError: Diagnosable {
  public var diagnostic: Diagnostic {
    switch self {
    case .underResolved(let tail, let tolerance):
      Diagnostic(
        "numerics.resolution", exit: .numericalFailure,
        "the outer tenth of the modes holds \(short(tail)) of the solution's norm",
        why: "at most \(short(tolerance)) is allowed (accuracy.tailTolerance)",
        fix: "raise workingPoints, or the viscosity")
    case .resolutionExhausted(let points, let tail, let tolerance):
      Diagnostic(
        "numerics.resolution", exit: .numericalFailure,
        "\(points) points per direction do not resolve the solution",
        why: """
          the outer tenth of its modes holds \(short(tail)) of the norm, \(short(tolerance)) is allowed \
          (accuracy.tailTolerance)
          """,
        fix: "set accuracy.maximumPoints to \(2 * points) or more, or raise the viscosity")
    case .timeToleranceMissed(let tolerance, let steps):
      Diagnostic(
        "numerics.tolerance", exit: .numericalFailure,
        "the estimated time error stays above \(short(tolerance)) after \(steps) steps",
        why: """
          accuracy.timeTolerance asks for less than the scheme reaches in double precision or in that many \
          steps
          """,
        fix: """
          set accuracy.timeTolerance to \(short(10 * tolerance)), shorten finalTime, or raise accuracy.maximumSteps where \
          the problem has it
          """)
    case .blewUp(let time, let stepSize):
      Diagnostic(
        "numerics.nonFinite", exit: .numericalFailure,
        "the solution is no longer finite after time \(short(time))",
        why: "steps down to \(short(stepSize)) were tried",
        fix: "reduce the amplitude of the initial state, or raise the viscosity")
    case .notConverged(let iterations, let residual, let tolerance):
      Diagnostic(
        "numerics.tolerance", exit: .numericalFailure,
        "conjugate gradients stand at a residual of \(short(residual)) after \(iterations) iterations",
        why: "the tolerance is \(short(tolerance))",
        fix: "raise maximumIterations to \(2 * iterations), or lower the contrast of the coefficient")
    case .degreeExhausted(let degree, let error, let tolerance):
      Diagnostic(
        "numerics.resolution", exit: .numericalFailure,
        "polynomials of degree \(degree) do not resolve the solution",
        why: "those of half the degree differ by \(short(error)), the tolerance is \(short(tolerance))",
        fix: "set method to \"finite-volume\", or make the field smoother by a larger alpha")
    case .notElliptic:
      Diagnostic(
        "numerics.definite", exit: .numericalFailure,
        "the coarse operators of the multigrid are not definite",
        why: "the coefficient spans more orders of magnitude than 64-bit numbers resolve",
        fix: "lower the contrast of the coefficient")
    case .sample(let index, let seed, let problem, let cause):
      cause.located("\(problem), sample \(index) of seed \(seed)")
    }
  }

  private func located(_ place: String) -> Diagnostic {
    var diagnostic = diagnostic
    diagnostic.location = place
    return diagnostic
  }
}

/// Two significant digits, which are enough to act on.
private func short(_ x: Double) -> String {
  guard x.isFinite, x != 0 else { return "\(x)" }
  let exponent = Int(Double.log10(abs(x)).rounded(.down))
  let digits = Int((x / .pow(10, exponent - 1)).rounded())
  return "\(Double("\(digits)e\(exponent - 1)") ?? x)"
}
