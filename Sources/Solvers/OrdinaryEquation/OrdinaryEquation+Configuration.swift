import Configuration

extension OrdinaryEquation {
  /// Reads `equation`, `points`, `finalTime`, `input` and `accuracy`.
  public init(from reader: ConfigReader) throws {
    equation = try reader.variant(
      "equation",
      of: [
        (
          "antiderivative", "s' = u",
          { section in
            .antiderivative(
              queries: try section.int(
                "queries", default: 0, in: 0...65_536,
                doc: "random points of each sample at which s is given instead of on the grid; 0 for the grid"
              ))
          }
        ),
        ("nonlinear", "s' = -s² + u", { _ in .nonlinear }),
        (
          "pendulum", "s'' = -k sin s + u",
          { section in
            .pendulum(
              stiffness: try section.double(
                "stiffness", default: 1, in: 0...1e4, doc: "k, gravity over length"))
          }
        ),
      ], default: "antiderivative", doc: "which equation")
    points = try reader.int(
      "points", default: 100, in: 3...65_536, doc: "points of u and s, both ends included")
    finalTime = try reader.double(
      "finalTime", default: 1, in: 0...1e3, exclusiveMinimum: 0, doc: "length of the interval")
    process = try RadialBasisProcess(
      from: reader.section("input", doc: "Gaussian process of the driving function"), length: finalTime)
    integrator = try VerifiedRungeKutta(
      from: reader.section("accuracy", doc: "what a sample must meet to be written"), tolerance: 1e-9)
  }

  public static let smokeConfiguration = """
    {"type": "ode", "points": 33, "equation": "pendulum"}
    """
}

extension VerifiedRungeKutta {
  /// Reads `timeTolerance` and `maximumSteps`.
  init(from reader: ConfigReader, tolerance: Double) throws {
    self.tolerance = try reader.double(
      "timeTolerance", default: tolerance, in: 1e-13...0.1,
      doc: "relative time error, measured by step doubling")
    maximumSteps = try reader.int(
      "maximumSteps", default: 1 << 20, in: 64...1 << 26, doc: "steps allowed before a sample is refused")
  }
}

/// The numbers that a solution by step doubling brings along.
enum StepDoublingMeasures {
  static let all = [
    QualityMeasure(name: "timeError", longName: "estimated relative time error, by step doubling"),
    QualityMeasure(name: "steps", longName: "time steps of the finer mesh"),
  ]

  /// Of a solution in closed form.
  static let exact: [String: Double] = ["timeError": 0, "steps": 0]

  static func values(of outcome: VerifiedRungeKutta.Outcome) -> [String: Double] {
    ["timeError": outcome.error, "steps": Double(outcome.steps)]
  }
}
