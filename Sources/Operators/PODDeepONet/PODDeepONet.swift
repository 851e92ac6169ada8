import Autodiff
import Fields
import Layers
import Tensors

/// A deep operator network whose trunk is a basis of proper orthogonal decomposition; equations in PODDeepONet.md.
public struct PODDeepONet: DataFittedModel {
  public static let card = ModelCard(
    identifier: "pod-deeponet",
    title: "Branch network for the coefficients of a basis taken from the training outputs",
    citation:
      "L. Lu et al., A fair comparison of two neural operators, CMAME 393, 2022, 114778, arXiv:2111.05512",
    dimensions: 1...3,
    smokeConfiguration: """
      {"type": "pod-deeponet", "modes": 3, "branch": {"type": "mlp", "hidden": [32], "activation": "tanh"}}
      """)

  private let grid: [Int]
  private let outputChannels: Int
  private let branch: any BranchNetwork
  private let modes: Int
  /// `[modes, points · channels]` and `[points · channels]`; from the training outputs.
  private let basis: Parameter
  private let mean: Parameter
  private let outputShape: [Int]
  public let queries: QueryPoints?

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    grid = signature.gridShape
    outputChannels = signature.outputChannels
    modes = configuration.modes
    branch = try configuration.branch.build(
      BranchEnds(
        outputs: modes, hasLastBias: configuration.hasBias, initialization: configuration.initialization),
      signature: signature, builder: builder)
    let width = signature.outputShape.reduce(outputChannels, *)
    basis = builder.parameter("basis", shape: [modes, width], initial: .zeros, isTrained: false)
    mean = builder.parameter("mean", shape: [width], initial: .zeros, isTrained: false)
    outputShape = signature.outputShape
    queries = signature.queries
  }

  public func validate(grid asked: [Int]) throws {
    guard asked == grid else {
      throw ModelError.fixedGrid(key: "type", trained: grid, asked: asked, remedy: nil)
    }
    try branch.validate(grid: asked)
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    branch(input).scaled(by: 1 / Double(modes)).dense(weight: basis, bias: mean).reshaped(
      FieldShape(batch: input.shape.batch, grid: outputShape, channels: outputChannels))
  }

  /// φ₀ = mean of the outputs, φ_k = √width · k-th principal direction about it: orthonormal in the mean of squares.
  public func fit(to outputs: TrainingOutputs, into values: HostBuffer) throws {
    let decomposition = PrincipalComponents(outputs.values, samples: outputs.samples)
    guard modes <= decomposition.rank else {
      throw ModelError.tooFewSamples(modes: modes, samples: outputs.samples, width: outputs.width)
    }
    for i in 0..<outputs.width { values[mean.offset + i] = decomposition.mean[i] }
    let scale = Double(outputs.width).squareRoot()
    for k in 0..<modes {
      for (i, value) in decomposition.component(k).enumerated() {
        values[basis.offset + k * outputs.width + i] = scale * value
      }
    }
  }
}
