import Autodiff
import Configuration
import Fields
import Tensors

/// The branch of the DeepONet paper: the function's values at fixed sensors, which are the points of the data's grid,
/// into a multi-layer perceptron.
///
/// Channels that are constant over the grid, such as coefficients of an equation, may enter once instead of at every
/// sensor.
public struct SensorBranch: BranchNetwork {
  /// Settings of ``SensorBranch``.
  public struct Configuration: BranchConfiguration {
    public var hidden: [Int]
    public var activation: Activation
    /// Layer norm in front of every activation.
    public var layerNorm: Bool
    /// Channels that are the same at all sensors.
    public var constantChannels: Int

    public init(from reader: ConfigReader) throws {
      hidden = try reader.hiddenWidths()
      activation = try reader.branchActivation()
      layerNorm = try reader.bool("layerNorm", default: false, doc: "layer norm in front of every activation")
      constantChannels = try reader.int(
        "constantChannels", default: 0, in: 0...4096,
        doc:
          "how many of the last input channels are constant over the grid and enter once instead of at every sensor"
      )
    }

    public func build(_ ends: BranchEnds, signature: OperatorSignature, builder: ParameterBuilder) throws
      -> any BranchNetwork
    {
      let varying = signature.inputChannels - constantChannels
      guard varying >= 0 else {
        throw ModelError.tooManyConstantChannels(count: constantChannels, channels: signature.inputChannels)
      }
      let grid = signature.gridShape
      let network = ends.perceptron(
        inputs: grid.reduce(varying, *) + constantChannels, hidden: hidden, activation: activation,
        isNormalized: layerNorm, in: builder)
      return SensorBranch(grid: grid, constantChannels: constantChannels, network: network)
    }
  }

  private let grid: [Int]
  private let constantChannels: Int
  private let network: Perceptron

  init(grid: [Int], constantChannels: Int, network: Perceptron) {
    self.grid = grid
    self.constantChannels = constantChannels
    self.network = network
  }

  public func validate(grid asked: [Int]) throws {
    guard asked == grid else { throw ModelError.fixedGrid(key: "branch", trained: grid, asked: asked) }
  }

  public func callAsFunction(_ input: Variable) -> Variable {
    guard constantChannels > 0 else { return network(input.flattened) }
    let channels = input.shape.channels
    let varying = channels - constantChannels
    let constants = input.firstPoint.channels(varying..<channels)
    if varying == 0 { return network(constants) }
    return network(input.channels(0..<varying).flattened.concatenated(with: constants))
  }
}
