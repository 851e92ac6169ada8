import Configuration

extension KuramotoSivashinsky {
  /// Reads `hyperviscosity`, then what all problems on a circle read.
  ///
  /// The time tolerance is met to the end of a chaotic trajectory, so it bounds how long that may be.
  public init(from reader: ConfigReader) throws {
    hyperviscosity = try reader.double(
      "hyperviscosity", default: 1, in: 0...1e6, exclusiveMinimum: 0, doc: "ν of the term ν u_xxxx")
    line = try LineConfiguration(
      from: reader,
      defaults: .init(
        length: 64, points: 256, initial: .init(type: "sines", sines: RandomSines(largestWavenumber: 3)),
        trajectory: .init(
          finalTime: 100, snapshots: 101, includesInitial: true, timeTolerance: 1e-5, tailTolerance: 1e-6,
          maximumPoints: 4096)),
      degree: 2)
  }

  public static let smokeConfiguration = """
    {"type": "kuramoto-sivashinsky", "points": 64, "times": [0, 0.5, 1]}
    """
}
