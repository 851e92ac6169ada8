import Autodiff
import Configuration
import Fields

/// ‖p − t‖₂ / ‖t‖₂, all channels and points of a sample together; or the sum over channels of that ratio per
/// channel, which is neuraloperator's `LpLoss`.
public struct RelativeL2: Loss {
  public static let identifier = "relativeL2"
  public static let definition = "‖p − t‖₂ / ‖t‖₂ per sample"

  private let perChannel: Bool

  public init(from reader: ConfigReader) throws {
    perChannel = try reader.bool(
      "perChannel", default: false, doc: "take the ratio for each channel and add the ratios")
  }

  public func callAsFunction(_ prediction: Variable, _ target: Variable, axes: [GridAxis]) -> Variable {
    prediction.relativeNorm(
      to: target, operators: [IdentityOperator(points: prediction.shape.points)], epsilon: denominatorEpsilon,
      perChannel: perChannel)
  }
}
