import Configuration

extension KortewegDeVries {
  /// Reads `steepening`, `dispersion`, then what all problems on a circle read.
  public init(from reader: ConfigReader) throws {
    steepening = try reader.double("steepening", default: 1, in: -1e6...1e6, doc: "α of the term α u u_x")
    dispersion = try reader.double("dispersion", default: 1, in: -1e6...1e6, doc: "β of the term β u_xxx")
    line = try LineConfiguration(
      from: reader,
      defaults: .init(
        length: 128, points: 256, initial: .init(type: "sines", sines: RandomSines(largestWavenumber: 2)),
        trajectory: .init(
          finalTime: 100, snapshots: 101, includesInitial: true, timeTolerance: 1e-6, tailTolerance: 1e-5,
          maximumPoints: 4096)),
      degree: 2)
  }

  public static let smokeConfiguration = """
    {"type": "kdv", "points": 64, "times": [0, 0.5, 1]}
    """
}
