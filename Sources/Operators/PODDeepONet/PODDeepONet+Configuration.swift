import Configuration
import Layers

extension PODDeepONet {
  /// Settings of ``PODDeepONet``.
  public struct Configuration: ModelConfiguration {
    public var branch: any BranchConfiguration
    public var modes: Int
    public var hasBias: Bool
    public var initialization: WeightInitialization

    public init(from reader: ConfigReader) throws {
      branch = try reader.branch()
      modes = try reader.int(
        "modes", default: 32, in: 1...65_536,
        doc: "basis functions; at most the smaller of training samples and values per sample")
      hasBias = try reader.bool("bias", default: true, doc: "bias of the branch's last layer")
      initialization = try reader.choice(
        "initialization", default: .glorotNormal,
        doc: "glorot-normal as in DeepXDE, or fan-in (uniform ±1/√Cin, biases too) as in PyTorch")
    }
  }
}
