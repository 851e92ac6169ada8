import Configuration

extension Advection {
  /// Reads `speed`, then what all problems on a circle read.
  ///
  /// Any truncation of the modes is kept by the equation, so the tail of an initial state is no error of the solution and
  /// is allowed by default.
  public init(from reader: ConfigReader) throws {
    speed = try reader.double("speed", default: 0.4, in: -1e6...1e6, doc: "β, speed")
    line = try LineConfiguration(
      from: reader,
      defaults: .init(
        points: 1024, initial: .init(type: "pdebench"),
        trajectory: .init(
          finalTime: 2, snapshots: 41, includesInitial: true, timeTolerance: 1e-10, tailTolerance: 1,
          maximumPoints: 32_768)),
      degree: 1)
  }

  public static let smokeConfiguration = """
    {"type": "advection", "points": 64, "times": [0, 0.5, 1]}
    """
}
