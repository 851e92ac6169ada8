import Configuration

extension Wave {
  /// Reads `speed`, then what all problems on a torus read.
  ///
  /// Any truncation of the modes is kept by the equation, so the tail of an initial state is no error of the solution and
  /// is allowed by default.
  public init(from reader: ConfigReader) throws {
    speed = try reader.double("speed", default: 1, in: 0...1e6, exclusiveMinimum: 0, doc: "c, speed of waves")
    plane = try PlaneConfiguration(
      from: reader,
      defaults: .init(
        points: 64, initial: .init(type: "bumps"),
        trajectory: .init(
          finalTime: 1, snapshots: 21, includesInitial: true, timeTolerance: 1e-10, tailTolerance: 1,
          maximumPoints: 4096)),
      degree: 1)
  }

  public static let smokeConfiguration = """
    {"type": "wave", "points": 16, "times": [0, 0.4, 0.9]}
    """
}
