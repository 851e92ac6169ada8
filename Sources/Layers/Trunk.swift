import Autodiff
import Fields
import Tensors

/// The trunk of a DeepONet: features of a point into a multi-layer perceptron that has its activation behind the last
/// layer too.
public struct Trunk {
  private let features: [CoordinateFeature]
  private let domain: [CoordinateRange]
  private let network: Perceptron

  /// - Parameters:
  ///   - key: of the features in the model's configuration, for errors.
  ///   - widths: of the hidden layers and the output.
  public init(
    features: TrunkFeatures, key: String, widths: [Int], activation: Activation,
    initialization: WeightInitialization,
    signature: OperatorSignature, in builder: ParameterBuilder
  ) throws {
    self.features = try features.list(signature, key: key)
    domain = signature.queryDomain
    network = Perceptron(
      "trunk", widths: [self.features.count] + widths,
      form: .init(activation: activation, lastActivation: activation, initialization: initialization),
      in: builder)
  }

  /// `[1 or B, D, P]` → `[1 or B, features, P]`
  public func callAsFunction(_ points: Variable) -> Variable {
    network(points.features(features, domain: domain))
  }

  /// The outputs of all layers.
  public func outputs(at points: Variable) -> [Variable] {
    network.outputs(of: points.features(features, domain: domain))
  }
}
