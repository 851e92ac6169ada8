import Autodiff
import Configuration
import Fields
import Tensors

/// What a branch makes of an input function: a row of numbers.
public protocol BranchNetwork {
  /// - Returns: `[B, features]`, one row per function.
  func callAsFunction(_ input: Variable) -> Variable

  /// - Throws: ``ModelError`` for a grid that it cannot read a function on.
  func validate(grid: [Int]) throws
}

/// A kind of branch as a configuration describes it.
public protocol BranchConfiguration {
  init(from reader: ConfigReader) throws

  /// - Parameter ends: what the model says about the last layer; features are those of the branch, one of each copy where there are copies.
  func build(_ ends: BranchEnds, signature: OperatorSignature, builder: ParameterBuilder) throws
    -> any BranchNetwork
}

/// What a model says about the last layer of its branch.
public struct BranchEnds {
  /// Features that the branch gives.
  public var outputs: Int
  /// One network per feature instead of one network for all.
  public var isStacked: Bool
  public var hasLastBias: Bool
  public var initialization: WeightInitialization

  public init(
    outputs: Int, isStacked: Bool = false, hasLastBias: Bool = true, initialization: WeightInitialization
  ) {
    self.outputs = outputs
    self.isStacked = isStacked
    self.hasLastBias = hasLastBias
    self.initialization = initialization
  }

  /// The fully connected part of a branch that has `inputs` numbers to begin with.
  func perceptron(
    inputs: Int, hidden: [Int], activation: Activation, isNormalized: Bool = false,
    in builder: ParameterBuilder
  ) -> Perceptron {
    Perceptron(
      "branch", widths: [inputs] + hidden + [isStacked ? 1 : outputs], copies: isStacked ? outputs : 1,
      form: .init(
        activation: activation, hasLastBias: hasLastBias, isNormalized: isNormalized,
        initialization: initialization),
      in: builder)
  }
}

extension ConfigReader {
  /// Reads `{"type": "mlp" | …}` under `branch`.
  public func branch() throws -> any BranchConfiguration {
    try variant(
      "branch",
      of: [
        (
          "cnn", "convolutions with strides, then a multi-layer perceptron",
          { try ConvolutionBranch.Configuration(from: $0) }
        ),
        (
          "mlp", "values at the sensors into a multi-layer perceptron",
          { try SensorBranch.Configuration(from: $0) }
        ),
        (
          "fourier", "low Fourier coefficients into a multi-layer perceptron",
          { try FourierBranch.Configuration(from: $0) }
        ),
      ], default: "mlp", doc: "network that reads the input function")
  }

  func hiddenWidths(default widths: [Int] = [128, 128]) throws -> [Int] {
    try ints("hidden", default: widths, each: 1...65_536, doc: "widths of the hidden layers")
  }

  func branchActivation() throws -> Activation {
    try choice("activation", default: .relu, doc: "behind every hidden layer")
  }
}
