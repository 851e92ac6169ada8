import Autodiff
import Fields
import Layers

/// The deep operator network, stacked or not; equations in DeepONet.md.
public struct DeepONet: PointOperatorModel {
  public static let card = ModelCard(
    identifier: "deeponet", title: "Deep operator network: a branch for the function, a trunk for the point",
    citation:
      "L. Lu et al., Learning nonlinear operators via DeepONet, Nature Machine Intelligence 3, 2021, arXiv:1910.03193",
    dimensions: 1...3,
    smokeConfiguration: """
      {"type": "deeponet", "features": 16, "branch": {"type": "mlp", "hidden": [32], "activation": "tanh"}, \
      "trunk": {"hidden": [32], "activation": "tanh", "features": {"type": "periodic", "frequencies": 6}}}
      """)

  public let signature: OperatorSignature
  private let branch: any BranchNetwork
  private let trunk: Trunk
  private let bias: Parameter?
  public let boundary: HardBoundary

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    self.signature = signature
    try configuration.boundary.check(signature)
    let outputs = signature.outputChannels / max(1, signature.outputTimes.count)
    branch = try configuration.branch.build(
      BranchEnds(
        outputs: outputs * configuration.features, isStacked: configuration.isStacked,
        hasLastBias: configuration.hasBias, initialization: configuration.initialization),
      signature: signature, builder: builder)
    trunk = try Trunk(
      features: configuration.trunkFeatures, key: "trunk.features",
      widths: configuration.trunkHidden + [configuration.features],
      activation: configuration.trunkActivation, initialization: configuration.initialization,
      signature: signature, in: builder)
    bias = configuration.hasBias ? builder.parameter("bias", shape: [outputs], initial: .zeros) : nil
    boundary = configuration.boundary
  }

  public func validate(grid: [Int]) throws { try branch.validate(grid: grid) }

  public func callAsFunction(_ input: Variable, at points: Variable) -> Variable {
    let values = branch(input).paired(with: trunk(points), outputs: outputsPerPoint, bias: bias)
    return boundary.applied(to: values, at: points, signature)
  }
}
