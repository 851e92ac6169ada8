import Autodiff
import Configuration
import Fields

/// ‖p − t‖₁ / ‖t‖₁, all channels and points of a sample together.
public struct RelativeL1: Loss {
  public static let identifier = "relativeL1"
  public static let definition = "‖p − t‖₁ / ‖t‖₁ per sample"

  public init(from reader: ConfigReader) throws {}

  public func callAsFunction(_ prediction: Variable, _ target: Variable, axes: [GridAxis]) -> Variable {
    prediction.relativeL1(to: target, epsilon: denominatorEpsilon)
  }
}
