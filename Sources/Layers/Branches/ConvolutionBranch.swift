import Autodiff
import Configuration
import Fields
import Tensors

/// A branch for functions of two or three variables: convolutions without padding, each with a stride, then a multi-layer
/// perceptron on all that is left.
public struct ConvolutionBranch: BranchNetwork {
  /// Settings of ``ConvolutionBranch``; defaults are those of the Darcy network of Lu et al. 2022.
  public struct Configuration: BranchConfiguration {
    public var channels: [Int]
    public var kernel: Int
    public var stride: Int
    public var hidden: [Int]
    public var activation: Activation

    public init(from reader: ConfigReader) throws {
      channels = try reader.ints(
        "channels", default: [64, 128], each: 1...4096, doc: "output channels of each convolution")
      kernel = try reader.int("kernel", default: 5, in: 1...63, doc: "extent of the kernels on every axis")
      stride = try reader.int("stride", default: 2, in: 1...16, doc: "stride of the convolutions")
      hidden = try reader.hiddenWidths(default: [128])
      activation = try reader.branchActivation()
    }

    public func build(_ ends: BranchEnds, signature: OperatorSignature, builder: ParameterBuilder) throws
      -> any BranchNetwork
    {
      let dimensions = signature.dimensions
      func all(_ value: Int) -> [Int] { Array(repeating: value, count: dimensions) }
      let window = ConvolutionWindow(
        kernel: all(kernel), stride: all(stride), before: all(0), after: all(0),
        boundary: Array(repeating: .zero, count: dimensions))
      var grid = signature.gridShape
      var layers: [Convolution] = []
      var inputs = signature.inputChannels
      for (index, outputs) in channels.enumerated() {
        if let points = grid.first(where: { $0 < kernel }) {
          throw ModelError.kernelExceedsGrid(
            key: "branch.kernel", kernel: kernel, points: points, layer: index)
        }
        layers.append(
          Convolution(
            "branch.convolutions.\(index)", inputs: inputs, outputs: outputs, window: window, in: builder))
        grid = window.outputGrid(of: grid)
        inputs = outputs
      }
      return ConvolutionBranch(
        grid: signature.gridShape, layers: layers, activation: activation,
        network: ends.perceptron(
          inputs: grid.reduce(inputs, *), hidden: hidden, activation: activation, in: builder))
    }
  }

  private let grid: [Int]
  private let layers: [Convolution]
  private let activation: Activation
  private let network: Perceptron

  init(grid: [Int], layers: [Convolution], activation: Activation, network: Perceptron) {
    self.grid = grid
    self.layers = layers
    self.activation = activation
    self.network = network
  }

  public func validate(grid asked: [Int]) throws {
    guard asked == grid else { throw ModelError.fixedGrid(key: "branch", trained: grid, asked: asked) }
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    network(layers.reduce(input) { $1($0, activation: activation) }.flattened)
  }
}
