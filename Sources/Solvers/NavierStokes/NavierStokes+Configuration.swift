import Configuration
import Spectral

extension NavierStokes {
  /// Reads `viscosity`, `drag`, `forcing`, `forcingAmplitude`, `meanFlow`, `points`, `initial`, output times and accuracy.
  public init(from reader: ConfigReader) throws {
    viscosity = try reader.double(
      "viscosity", default: 1e-3, in: 0...1e3, exclusiveMinimum: 0, doc: "ν, viscosity")
    drag = try reader.double("drag", default: 0, in: 0...1e6, doc: "μ, linear drag -μω")
    forcing = try reader.variant(
      "forcing",
      of: [
        ("diagonal", "f = A (sin 2π(x+y) + cos 2π(x+y))", { _ in .diagonal }),
        (
          "kolmogorov", "f = -A n cos 2πny",
          {
            .kolmogorov(
              wavenumber: try $0.int("wavenumber", default: 4, in: 1...100, doc: "n, periods per side"))
          }
        ),
        (
          "gaussian", "A times a Gaussian field of each sample, stored beside the vorticity",
          { .gaussian(try GaussianCovariance(from: $0, default: FourierForcing.unitTorusOfTensorized)) }
        ),
      ], default: "diagonal", doc: "shape of the forcing, which is constant in time")
    let amplitude = forcing == .diagonal ? 0.1 : 1
    forcingAmplitude = try reader.double(
      "forcingAmplitude", default: amplitude, in: -1e6...1e6,
      doc: "A, amplitude of the forcing; 0.1 by default for diagonal, 1 for others")
    meanFlow = try reader.doubles(
      "meanFlow", default: [0, 0], count: 2, each: -1e6...1e6, doc: "constant velocity added to the flow")
    points = try reader.int("points", default: 64, in: 4...4096, doc: "stored grid points per direction")
    inputSteps = try reader.int(
      "inputSteps", default: 10, in: 1...100_000, doc: "records that the default learning task takes as input"
    )
    initial = try VorticityInitialState(from: reader)
    // Every mode of the stored grid is carried, and never fewer than 42 (a grid of 128²).
    let automatic = FourierLength.dealiased(modes: max(42, (points - 1) / 2, 2 * forcing.wavenumber))
    trajectory = try TrajectoryConfiguration(
      from: reader,
      defaults: .init(
        finalTime: 50, snapshots: 50, includesInitial: false, timeTolerance: 1e-6, tailTolerance: 1e-4,
        maximumPoints: 1024),
      automaticPoints: automatic)
    guard 3 * forcing.wavenumber < trajectory.workingPoints else {
      throw reader.fail(
        "workingPoints", "\(trajectory.workingPoints) working points do not carry the forcing",
        why: "its wavenumber is \(forcing.wavenumber), modes below a third of the points are kept",
        fix: "set workingPoints to \(6 * forcing.wavenumber) or more")
    }
  }

  public static let smokeConfiguration = """
    {"type": "navier-stokes", "points": 16, "workingPoints": 48, "times": [0.25, 0.5, 1], "inputSteps": 1,
     "viscosity": 0.01}
    """
}
