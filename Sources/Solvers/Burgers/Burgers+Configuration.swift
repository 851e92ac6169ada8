import Configuration
import Spectral

extension Burgers {
  /// Reads `viscosity`, `points`, `initial`, the output times and the accuracy settings.
  public init(from reader: ConfigReader) throws {
    viscosity = try reader.double(
      "viscosity", default: 0.1, in: 0...1e3, exclusiveMinimum: 0, doc: "ν, viscosity")
    points = try reader.int("points", default: 1024, in: 4...65_536, doc: "stored grid points")
    covariance = try GaussianCovariance(
      from: reader.section("initial", doc: "Gaussian distribution of the initial state"),
      default: GaussianCovariance(variance: 625, tau: 5, alpha: 2))
    // Every mode of the stored grid is carried, and never fewer than 127.
    let automatic = FourierLength.dealiased(modes: max(127, (points - 1) / 2))
    trajectory = try TrajectoryConfiguration(
      from: reader,
      defaults: .init(
        finalTime: 1, snapshots: 2, includesInitial: true, timeTolerance: 1e-7, tailTolerance: 1e-6,
        maximumPoints: 32_768),
      automaticPoints: automatic)
  }

  public static let smokeConfiguration = """
    {"type": "burgers", "points": 64, "times": [0, 0.5, 1]}
    """
}
