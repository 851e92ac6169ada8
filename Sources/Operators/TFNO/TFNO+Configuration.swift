import Configuration
import Layers

extension TFNO {
  /// How the spectral weights of a network are kept.
  struct Weights {
    var factorization: Factorization
    /// One tensor for all layers.
    var isJoint: Bool
  }

  /// Settings of ``TFNO``: those of ``FNO`` and of the factorisation; defaults are neuraloperator's.
  public struct Configuration: ModelConfiguration {
    public var network: FNO.Configuration
    var weights: Weights

    public init(from reader: ConfigReader) throws {
      network = try FNO.Configuration(from: reader)
      let form = try reader.choice(
        "factorization", default: Factorization.Form.tucker,
        doc: "tucker (core and a matrix per axis), cp (sum of products of vectors) or tt (tensor train)")
      let rank = try reader.double(
        "rank", default: 0.1, in: 0...1, exclusiveMinimum: 0,
        doc: "fraction of the dense spectral weights' numbers to keep")
      let ranks = try reader.ints(
        "ranks", default: [], each: 1...65_536, allowsEmpty: true,
        doc: "explicit ranks instead of a fraction: one per axis (tucker), one (cp), the inner bonds (tt)")
      let fixed = try reader.ints(
        "fixedAxes", default: [], each: 0...5, allowsEmpty: true,
        doc: "axes that keep their whole extent (tucker): (layers,) input channels, output channels, modes")
      let contraction = try reader.choice(
        "contraction", default: Factorization.Contraction.auto,
        doc: "reconstructed (dense weight once per update), factorized (channels through the factors) or auto"
      )
      weights = Weights(
        factorization: Factorization(
          form: form, rank: rank, ranks: ranks.isEmpty ? nil : ranks, fixedAxes: fixed,
          contraction: contraction),
        isJoint: try reader.bool("joint", default: false, doc: "one factorised tensor for all layers"))
    }
  }
}
