import Configuration
import Layers
import Tensors

extension DeepONet {
  /// Settings of ``DeepONet``; defaults are those of the Burgers network of Lu et al. 2022.
  public struct Configuration: ModelConfiguration {
    public var branch: any BranchConfiguration
    public var isStacked: Bool
    public var trunkHidden: [Int]
    public var trunkActivation: Activation
    public var trunkFeatures: TrunkFeatures
    /// Numbers that branch and trunk have in common, p.
    public var features: Int
    public var hasBias: Bool
    public var boundary: HardBoundary
    public var initialization: WeightInitialization

    public init(from reader: ConfigReader) throws {
      branch = try reader.branch()
      isStacked = try reader.bool(
        "stacked", default: false, doc: "one branch network per feature instead of one for all")
      let trunk = try reader.section("trunk", doc: "network that reads the point")
      trunkHidden = try trunk.ints(
        "hidden", default: [128, 128], each: 1...65_536, doc: "widths of the hidden layers")
      trunkActivation = try trunk.choice(
        "activation", default: .relu, doc: "behind every layer, the last one included")
      trunkFeatures = try TrunkFeatures(from: trunk)
      features = try reader.int(
        "features", default: 128, in: 1...65_536, doc: "p, terms of the sum over branch times trunk")
      hasBias = try reader.bool(
        "bias", default: true, doc: "bias of the branch's last layer, and of the output")
      boundary = try reader.choice(
        "boundary", default: HardBoundary.none,
        doc:
          "vanishing (times a smooth function) or zeroed: the output is zero on all boundaries that are not periodic"
      )
      initialization = try reader.choice(
        "initialization", default: .glorotNormal,
        doc: "glorot-normal as in DeepXDE, or fan-in (uniform ±1/√Cin, biases too) as in PyTorch")
    }
  }
}
