import Diagnostics

/// What a factorisation can refuse.
public enum LinearAlgebraError: Error, Equatable {
  /// The leading minor of this order is not positive.
  case notPositiveDefinite(order: Int)
  /// This pivot is exactly zero.
  case singular(order: Int)
}

extension LinearAlgebraError: Diagnosable {
  public var diagnostic: Diagnostic {
    switch self {
    case .notPositiveDefinite(let order):
      Diagnostic(
        "numerics.definite", exit: .numericalFailure, "the matrix is not positive definite",
        why: "its leading minor of order \(order) is not positive",
        fix: "check that the coefficient is positive everywhere")
    case .singular(let order):
      Diagnostic(
        "numerics.singular", exit: .numericalFailure, "the matrix is singular",
        why: "its pivot \(order) is zero", fix: "change the frequency: this one is an eigenvalue")
    }
  }
}
