import Configuration

extension Helmholtz {
  /// Reads `points`, `boundary`, `frequency`, `baseSpeed`, `field` and `modes`.
  public init(from reader: ConfigReader) throws {
    points = try reader.int(
      "points", default: 101, in: 5...513,
      doc: "nodes per direction, boundary included; cost grows as points⁴")
    boundary = try reader.choice(
      "boundary", default: .flux,
      doc: "\"flux\": unit flux through the middle of one side; \"dirichlet\": u = 0 and a source of 1")
    frequency = try reader.double(
      "frequency", default: 1000, in: 0...1e6, exclusiveMinimum: 0, doc: "ω, angular frequency")
    baseSpeed = try reader.double(
      "baseSpeed", default: 20, in: 1.01...1e6, doc: "c is baseSpeed + tanh(field)")
    covariance = try GaussianCovariance(
      from: reader.section("field", doc: "Gaussian field with Neumann boundary"),
      default: GaussianCovariance(variance: 1, tau: 3, alpha: 2))
    modes = try reader.int(
      "modes", default: 9, in: 1...128, doc: "largest wave number of the field per direction")
    guard modes <= points - 2 else {
      throw reader.fail(
        "modes", "\(points) points do not hold \(modes) modes per direction",
        fix: "set points to \(modes + 2) or more")
    }
    // Fewer than six nodes per wave leave nothing of its phase.
    let needed = Int((6 * frequency / ((baseSpeed - 1) * 2 * .pi)).rounded(.up)) + 1
    guard points >= needed else {
      throw reader.fail(
        "points", "\(points) points do not resolve waves of frequency \(frequency)",
        why: "the shortest wave needs 6 points", fix: "set points to \(needed) or more, or lower frequency")
    }
  }

  public static let smokeConfiguration = """
    {"type": "helmholtz", "points": 21, "frequency": 100}
    """
}
