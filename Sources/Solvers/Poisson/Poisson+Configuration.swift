import Configuration

extension Poisson {
  /// Reads `points`, `modes` and `decay`.
  public init(from reader: ConfigReader) throws {
    points = try reader.int(
      "points", default: 65, in: 4...4096, doc: "stored grid points per direction, boundary included")
    modes = try reader.int("modes", default: 16, in: 1...4094, doc: "K, sines per direction")
    decay = try reader.double(
      "decay", default: -0.5, in: -8...8, doc: "r in the amplitudes (i²+j²)^(-r); -0.5 lets them grow")
    guard modes <= points - 2 else {
      throw reader.fail(
        "modes", "\(points) points do not resolve \(modes) sines per direction",
        why: "the grid has \(points - 2) points between its ends, which hold as many sines",
        fix: "set points to \(modes + 2) or more")
    }
  }

  public static let smokeConfiguration = """
    {"type": "poisson", "points": 17, "modes": 6}
    """
}
