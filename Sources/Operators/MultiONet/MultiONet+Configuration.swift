import Configuration
import Layers
import Tensors

extension MultiONet {
  /// Settings of ``MultiONet``.
  public struct Configuration: ModelConfiguration {
    public var width: Int
    public var layers: Int
    public var paired: Int
    public var branchActivation: Activation
    public var trunkActivation: Activation
    public var trunkFeatures: TrunkFeatures
    public var initialization: WeightInitialization

    public init(from reader: ConfigReader) throws {
      width = try reader.int("width", default: 128, in: 1...65_536, doc: "width of all layers")
      layers = try reader.int("layers", default: 4, in: 1...256, doc: "layers of branch and of trunk")
      paired = try reader.int(
        "paired", default: 4, in: 1...256, doc: "how many of the last layers contribute; at most layers")
      if paired > layers {
        throw reader.fail(
          "paired", "paired = \(paired) is more than the \(layers) layers", why: "layers are paired once",
          fix: "set paired to \(layers) or less")
      }
      branchActivation = try reader.choice(
        "branchActivation", default: .silu, doc: "behind every layer of the branch, the last one included")
      trunkActivation = try reader.choice(
        "trunkActivation", default: .tanh, doc: "behind every layer of the trunk, the last one included")
      trunkFeatures = try TrunkFeatures(from: reader)
      initialization = try reader.choice(
        "initialization", default: .fanIn,
        doc: "fan-in (uniform ±1/√Cin, biases too) as in PyTorch, or glorot-normal")
    }
  }
}
