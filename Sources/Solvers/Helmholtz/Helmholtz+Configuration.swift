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
      "modes", default: 100, in: 1...10_000,
      doc: "cosine modes of the field, those of the lowest wave numbers")
    // Modes of the lowest |k| fill a quarter of a disc.
    let largest = Helmholtz.largestWavenumber(modes: modes)
    guard largest <= points - 2 else {
      throw reader.fail(
        "modes", "\(points) points do not hold \(modes) modes",
        why: "their wave numbers reach \(largest)", fix: "set points to \(largest + 2) or more")
    }
    // Fewer than six nodes per wave leave nothing of its phase.
    let needed = Int((6 * frequency / ((baseSpeed - 1) * 2 * .pi)).rounded(.up)) + 1
    guard points >= needed else {
      throw reader.fail(
        "points", "\(points) points do not resolve waves of frequency \(frequency)",
        why: "the shortest wave needs 6 points", fix: "set points to \(needed) or more, or lower frequency")
    }
  }

  /// Largest wave number per direction among so many modes of the lowest |k|, the constant left out.
  static func largestWavenumber(modes: Int) -> Int {
    var radius = 0
    while true {
      radius += 1
      // A disc of this radius holds all modes that come before the first with a wave number beyond it.
      let inside = (0...radius).reduce(0) { sum, i in
        sum + (0...radius).count { i * i + $0 * $0 < (radius + 1) * (radius + 1) }
      }
      if inside - 1 >= modes { return radius }
    }
  }

  public static let smokeConfiguration = """
    {"type": "helmholtz", "points": 21, "frequency": 100}
    """
}
