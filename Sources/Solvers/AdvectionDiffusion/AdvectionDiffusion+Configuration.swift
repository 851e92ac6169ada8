import Configuration

extension AdvectionDiffusion {
  /// Reads `velocity`, `diffusivity`, then what all problems on a torus read.
  ///
  /// Any truncation of the modes is kept by the equation, so the tail of an initial state is no error of the solution and
  /// is allowed by default.
  public init(from reader: ConfigReader) throws {
    velocity = try reader.doubles(
      "velocity", default: [1, 0.5], count: 2, each: -1e6...1e6, doc: "b, velocity along x and y")
    diffusivity = try reader.double("diffusivity", default: 1e-3, in: 0...1e6, doc: "D, diffusivity")
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
    {"type": "advection-diffusion", "points": 16, "times": [0, 0.5, 1]}
    """
}
