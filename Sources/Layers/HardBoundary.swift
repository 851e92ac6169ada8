import Autodiff
import Fields

/// A boundary condition that the output meets exactly, whatever the weights: it is multiplied by a function of the point.
///
/// The condition holds in the space in which the model works, so the data's output normalisation must leave zero where it
/// is: `none`, or `pointwise`, whose values on a boundary that is zero in the data are zero without any condition.
public enum HardBoundary: String, Sendable, CaseIterable {
  case none
  /// ∏ 4s(1 − s): smooth, zero on the ends of every axis that is not periodic.
  case vanishing
  /// Zero on these ends, unchanged inside.
  case zeroed

  /// - Throws: `ModelError.boundaryWithoutEnds` where all axes are periodic.
  public func check(_ signature: OperatorSignature) throws {
    if self != .none, signature.axes.allSatisfy({ $0.boundary == .periodic }) {
      throw ModelError.boundaryWithoutEnds(key: "boundary")
    }
  }

  /// - Parameter y: `[B, K, P]`.
  public func applied(to y: Variable, at points: Variable, _ signature: OperatorSignature) -> Variable {
    let axes = signature.axes.indices.filter {
      signature.axes[$0].boundary != .periodic && $0 < points.shape.channels
    }
    let feature: CoordinateFeature
    switch self {
    case .none: return y
    case .vanishing: feature = .vanishing(axes)
    case .zeroed: feature = .inside(axes)
    }
    return y.masked(by: points.features([feature], domain: signature.queryDomain))
  }
}

extension ModelError {
  /// No axis has ends that a boundary condition could be about.
  public static func boundaryWithoutEnds(key: String) -> ModelError {
    ModelError(
      "there is no end where the output could vanish", kind: .conflict, key: key,
      why: "all axes of the data are periodic",
      fix:
        "remove model.\(key), or set data.boundary to \"closed\" if the file does not say what its axes are"
    )
  }
}
