import Configuration
import RealModule

extension Burgers {
  /// Reads `viscosity` or `epsilon`, then what all problems on a circle read.
  public init(from reader: ConfigReader) throws {
    let epsilon = try reader.optionalDouble(
      "epsilon", in: 1e-9...1e3, doc: "ε of PDEBench, ν = ε/π; instead of viscosity")
    let derived = epsilon.map { $0 / .pi }
    viscosity = try reader.double(
      "viscosity", default: derived ?? 0.1, in: 0...1e3, exclusiveMinimum: 0, doc: "ν, viscosity")
    line = try LineConfiguration(
      from: reader,
      defaults: .init(
        points: 1024, initial: .init(type: "gaussian"),
        trajectory: .init(
          finalTime: 1, snapshots: 2, includesInitial: true, timeTolerance: 1e-7, tailTolerance: 1e-6,
          maximumPoints: 32_768)),
      degree: 2)
    if let derived, derived != viscosity {
      throw reader.fail(
        "epsilon", "epsilon and viscosity contradict each other: ε/π = \(derived), viscosity = \(viscosity)",
        fix: "state one of them")
    }
  }

  public static let smokeConfiguration = """
    {"type": "burgers", "points": 64, "times": [0, 0.5, 1]}
    """
}
