import Configuration

extension AllenCahn {
  /// Reads `interfaceWidth`, `rate`, then what all problems on a circle read.
  public init(from reader: ConfigReader) throws {
    interfaceWidth = try reader.double(
      "interfaceWidth", default: 0.02, in: 0...1e3, exclusiveMinimum: 0,
      doc: "ε, width of an interface at c = 1")
    rate = try reader.double(
      "rate", default: 1, in: 0...1e6, exclusiveMinimum: 0, doc: "c, rate of the reaction")
    line = try LineConfiguration(
      from: reader,
      defaults: .init(
        points: 256, initial: .init(type: "sines", sines: RandomSines(largestWavenumber: 5)),
        trajectory: .init(
          finalTime: 5, snapshots: 21, includesInitial: true, timeTolerance: 1e-7, tailTolerance: 1e-6,
          maximumPoints: 32_768)),
      degree: 3)
  }

  public static let smokeConfiguration = """
    {"type": "allen-cahn", "points": 64, "times": [0, 0.5, 1]}
    """
}
