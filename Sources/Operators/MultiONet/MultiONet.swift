import Autodiff
import Fields
import Layers
import Tensors

/// A deep operator network in which all late layers of branch and trunk contribute; equations in MultiONet.md.
public struct MultiONet: PointOperatorModel {
  public static let card = ModelCard(
    identifier: "multionet", title: "Deep operator network that pairs several layers of branch and trunk",
    citation:
      "Y. Zang, P.-S. Koutsourelakis, DGenNO, J. Comput. Phys. 538, 2025, 114137, arXiv:2502.06250",
    dimensions: 1...3,
    smokeConfiguration: """
      {"type": "multionet", "width": 24, "layers": 3, "paired": 2, "features": {"type": "periodic", "frequencies": 6}}
      """)

  public let signature: OperatorSignature
  private let grid: [Int]
  private let branch: Perceptron
  private let trunk: Trunk
  /// One per paired layer.
  private let weights: [Parameter]
  private let bias: Parameter

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    self.signature = signature
    grid = signature.gridShape
    let outputs = signature.outputChannels / max(1, signature.outputTimes.count)
    guard outputs == 1 else { throw ModelError.oneOutput(channels: outputs) }
    let widths = Array(repeating: configuration.width, count: configuration.layers)
    branch = Perceptron(
      "branch", widths: [grid.reduce(signature.inputChannels, *)] + widths,
      form: .init(
        activation: configuration.branchActivation, lastActivation: configuration.branchActivation,
        initialization: configuration.initialization), in: builder)
    trunk = try Trunk(
      features: configuration.trunkFeatures, key: "features", widths: widths,
      activation: configuration.trunkActivation,
      initialization: configuration.initialization, signature: signature, in: builder)
    weights = (0..<configuration.paired).map {
      builder.parameter("layerWeights.\($0)", shape: [1], initial: .zeros)
    }
    bias = builder.parameter("bias", shape: [1], initial: .zeros)
  }

  public func validate(grid asked: [Int]) throws {
    guard asked == grid else {
      throw ModelError.fixedGrid(key: "type", trained: grid, asked: asked, remedy: nil)
    }
  }

  public func callAsFunction(_ input: Variable, at points: Variable) -> Variable {
    let count = weights.count
    let branches = zip(branch.outputs(of: input.flattened).suffix(count), weights).map { layer, weight in
      layer.scaled(by: weight).scaled(by: 1 / Double(count))
    }
    let trunks = trunk.outputs(at: points).suffix(count)
    // A sum of products of layers is one product of the layers side by side.
    func joined(_ layers: [Variable]) -> Variable {
      layers.dropFirst().reduce(layers[0]) { $0.concatenated(with: $1) }
    }
    return joined(branches).paired(with: joined(Array(trunks)), outputs: 1, bias: bias)
  }
}
