import Configuration
import Spectral

extension NavierStokes {
  /// Reads `viscosity`, `forcingAmplitude`, `meanFlow`, `points`, `initial`, output times and accuracy settings.
  public init(from reader: ConfigReader) throws {
    viscosity = try reader.double(
      "viscosity", default: 1e-3, in: 0...1e3, exclusiveMinimum: 0, doc: "ν, viscosity")
    forcingAmplitude = try reader.double(
      "forcingAmplitude", default: 0.1, in: -1e6...1e6, doc: "A in f = A (sin 2π(x+y) + cos 2π(x+y))")
    meanFlow = try reader.doubles(
      "meanFlow", default: [0, 0], count: 2, each: -1e6...1e6, doc: "constant velocity added to the flow")
    points = try reader.int("points", default: 64, in: 4...4096, doc: "stored grid points per direction")
    inputSteps = try reader.int(
      "inputSteps", default: 10, in: 1...100_000, doc: "records that the default learning task takes as input"
    )
    covariance = try GaussianCovariance(
      from: reader.section("initial", doc: "Gaussian distribution of the initial vorticity"),
      default: GaussianCovariance(variance: 343, tau: 7, alpha: 2.5))
    // Every mode of the stored grid is carried, and never fewer than 42 (a grid of 128²).
    let automatic = FourierLength.dealiased(modes: max(42, (points - 1) / 2))
    trajectory = try TrajectoryConfiguration(
      from: reader,
      defaults: .init(
        finalTime: 50, snapshots: 50, includesInitial: false, timeTolerance: 1e-6, tailTolerance: 1e-4,
        maximumPoints: 1024),
      automaticPoints: automatic)
  }

  public static let smokeConfiguration = """
    {"type": "navier-stokes", "points": 16, "workingPoints": 48, "times": [0.25, 0.5, 1], "inputSteps": 1,
     "viscosity": 0.01}
    """
}
