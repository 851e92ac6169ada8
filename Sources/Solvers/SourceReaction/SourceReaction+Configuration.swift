import Configuration

extension SourceReaction {
  /// Reads `diffusivity`, `reaction`, `points`, `finalTime`, `snapshots`, `input`, `degree` and `accuracy`.
  public init(from reader: ConfigReader) throws {
    diffusivity = try reader.double(
      "diffusivity", default: 0.01, in: 0...10, exclusiveMinimum: 0, doc: "D, diffusion coefficient")
    reaction = try reader.double("reaction", default: 0.01, in: -1e3...1e3, doc: "k, reaction rate")
    points = try reader.int("points", default: 100, in: 3...65_536, doc: "stored points, both ends included")
    let finalTime = try reader.double(
      "finalTime", default: 1, in: 0...1e3, exclusiveMinimum: 0, doc: "last output time")
    let snapshots = try reader.int(
      "snapshots", default: 11, in: 2...10_000, doc: "equally spaced output times, the first of them 0")
    times = (0..<snapshots).map { finalTime * Double($0) / Double(snapshots - 1) }
    process = try RadialBasisProcess(
      from: reader.section("input", doc: "Gaussian process of the source"), length: 1)
    let degree = try reader.int(
      "degree", default: 40, in: 8...512, doc: "polynomial degree in space of the first attempt")
    let accuracy = try reader.section("accuracy", doc: "what a sample must meet to be written")
    integrator = try VerifiedRungeKutta(from: accuracy, tolerance: 1e-8)
    tailTolerance = try accuracy.double(
      "tailTolerance", default: 1e-6, in: 1e-14...1,
      doc: "part of the solution that the outer tenth of the polynomials may hold")
    let largest = try accuracy.int(
      "maximumPoints", default: 160, in: 8...1024, doc: "polynomial degree at which a sample is refused")
    degrees = (degree, max(degree, largest))
  }

  public static let smokeConfiguration = """
    {"type": "source-reaction", "points": 21, "snapshots": 3, "degree": 32}
    """
}
