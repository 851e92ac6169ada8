import Configuration

extension AllenCahnPlane {
  /// Reads `interfaceWidth`, `rate`, then what all problems on a torus read.
  public init(from reader: ConfigReader) throws {
    interfaceWidth = try reader.double(
      "interfaceWidth", default: 0.02, in: 0...1e3, exclusiveMinimum: 0,
      doc: "ε, width of an interface at c = 1")
    rate = try reader.double(
      "rate", default: 1, in: 0...1e6, exclusiveMinimum: 0, doc: "c, rate of the reaction")
    plane = try PlaneConfiguration(
      from: reader,
      defaults: .init(
        points: 128, initial: .init(type: "gaussian"),
        trajectory: .init(
          finalTime: 10, snapshots: 21, includesInitial: true, timeTolerance: 1e-6, tailTolerance: 1e-5,
          maximumPoints: 1024)),
      degree: 3)
  }

  public static let smokeConfiguration = """
    {"type": "allen-cahn-2d", "points": 16, "workingPoints": 64, "interfaceWidth": 0.05, "times": [0, 0.5, 1],
     "accuracy": {"tailTolerance": 1e-3}}
    """
}
