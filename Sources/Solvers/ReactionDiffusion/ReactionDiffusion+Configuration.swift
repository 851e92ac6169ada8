import Configuration

extension ReactionDiffusion {
  /// Reads `diffusivity`, `rate` or `source`, then what all problems on a circle read.
  public init(from reader: ConfigReader) throws {
    diffusivity = try reader.double(
      "diffusivity", default: 0.5, in: 0...1e6, exclusiveMinimum: 0, doc: "D, diffusivity")
    let rate = try reader.double("rate", default: 1, in: -1e6...1e6, doc: "ρ of the source ρ u (1 - u)")
    let coefficients = try reader.doubles(
      "source", default: [0, rate, -rate], each: -1e6...1e6,
      doc: "coefficients of u⁰, u¹, u², u³, u⁴ of the source; instead of rate")
    source = (0..<5).map { coefficients.count > $0 ? coefficients[$0] : 0 }
    line = try LineConfiguration(
      from: reader,
      defaults: .init(
        points: 1024, initial: .init(type: "pdebench", waves: TwoWaves(isNormalized: true)),
        trajectory: .init(
          finalTime: 1, snapshots: 21, includesInitial: true, timeTolerance: 1e-7, tailTolerance: 1e-6,
          maximumPoints: 32_768)),
      degree: max(2, source.lastIndex { $0 != 0 } ?? 0))
    guard coefficients.count <= 5 else {
      throw reader.fail(
        "source", "source has \(coefficients.count) coefficients, at most 5 are known",
        fix: "leave out powers above u⁴")
    }
  }

  public static let smokeConfiguration = """
    {"type": "reaction-diffusion", "points": 64, "diffusivity": 0.01, "times": [0, 0.5, 1]}
    """
}
