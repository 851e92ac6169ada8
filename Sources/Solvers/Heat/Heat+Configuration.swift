import Configuration

extension Heat {
  /// Reads `diffusivity`, then what all problems on a circle read.
  public init(from reader: ConfigReader) throws {
    diffusivity = try reader.double(
      "diffusivity", default: 0.01, in: 0...1e6, exclusiveMinimum: 0, doc: "D, diffusivity")
    line = try LineConfiguration(
      from: reader,
      defaults: .init(
        points: 256, initial: .init(type: "sines", sines: RandomSines(largestWavenumber: 5)),
        trajectory: .init(
          finalTime: 1, snapshots: 21, includesInitial: true, timeTolerance: 1e-10, tailTolerance: 1,
          maximumPoints: 32_768)),
      degree: 1)
  }

  public static let smokeConfiguration = """
    {"type": "heat", "points": 64, "times": [0, 0.5, 1]}
    """
}
