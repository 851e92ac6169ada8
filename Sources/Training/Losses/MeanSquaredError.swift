import Autodiff
import Configuration
import Fields

/// Mean over channels and points of (p − t)².
public struct MeanSquaredError: Loss {
  public static let identifier = "mse"
  public static let definition = "mean of (p − t)² over channels and points, per sample"

  public let isMean = true

  public init(from reader: ConfigReader) throws {}

  public func callAsFunction(_ prediction: Variable, _ target: Variable, axes: [GridAxis]) -> Variable {
    prediction.meanSquaredError(to: target)
  }
}
