import Configuration

extension Darcy {
  /// Reads `points`, `solvePoints`, `grid`, `method`, `domain`, `domains`, `source`, `sourceField`, `coefficient`, `field`,
  /// `preconditioner`, `tolerance`, `maximumIterations`.
  public init(from reader: ConfigReader) throws {
    points = try reader.int("points", default: 85, in: 3...4096, doc: "stored grid points per direction")
    solvePoints = try reader.int(
      "solvePoints", default: 421, in: 8...4096,
      doc: "grid points per direction of the solve; every (solvePoints-1)/(points-1)-th is stored")
    grid = try reader.choice(
      "grid", default: .vertex,
      doc: "\"vertex\": points i/(n-1), zero boundary included; \"cell\": cell centres (i+1/2)/n")
    method = try reader.choice(
      "method", default: .finiteVolume,
      doc:
        "\"finite-volume\": any coefficient; \"galerkin\": polynomials, for log-normal ones that are smooth")
    let domain = try reader.choice(
      "domain", default: SquareDomain.square,
      doc: "where the equation holds; zero elsewhere, cut along the grid")
    let names = try reader.strings(
      "domains", default: [], doc: "several domains that the samples take in turn, in place of domain")
    domains = names.isEmpty ? [domain] : names.compactMap(SquareDomain.init)
    source = try reader.double("source", default: 1, in: -1e6...1e6, doc: "mean of the right-hand side f")
    sourceField = try reader.optionalSection(
      "sourceField", doc: "Gaussian field added to f; null: f is constant"
    ).map(Field.init)
    coefficient = try reader.variant(
      "coefficient",
      of: [
        (
          "binary", "two values, by the sign of the Gaussian field",
          { section in
            .binary(
              low: try section.double(
                "low", default: 3, in: 0...1e12, exclusiveMinimum: 0, doc: "a where the field is negative"),
              high: try section.double(
                "high", default: 12, in: 0...1e12, exclusiveMinimum: 0,
                doc: "a where the field is not negative"))
          }
        ),
        (
          "lognormal", "exponential of the Gaussian field",
          { section in
            .lognormal(
              mean: try section.double(
                "mean", default: 1, in: 0...1e12, exclusiveMinimum: 0, doc: "factor on exp(field)"))
          }
        ),
        (
          "trigonometric", "product of waves of doubling frequency; the field is not used",
          { section in
            .trigonometric(
              scales: try section.int("scales", default: 6, in: 1...10, doc: "factors of the product"))
          }
        ),
      ], default: "binary", doc: "how the Gaussian field becomes the coefficient a")
    field = try Field(from: reader.section("field", doc: "Gaussian field ψ of the coefficient"))
    preconditioner = try reader.choice(
      "preconditioner", default: .automatic,
      doc: "\"automatic\": sine on the square up to a contrast of 30, multigrid otherwise")
    tolerance = try reader.double(
      "tolerance", default: 1e-8, in: 1e-13...0.1, doc: "reduction of the preconditioned residual norm")
    maximumIterations = try reader.int(
      "maximumIterations", default: 1000, in: 1...1_000_000, doc: "conjugate gradient iterations allowed")
    guard names.isEmpty || domains.count == names.count else {
      throw reader.fail(
        "domains", "domains must be names of domains",
        why: "known are " + SquareDomain.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "),
        fix: "list some of the known names")
    }
    guard !hasMask || preconditioner != .sine else {
      throw reader.fail(
        "preconditioner", "the sine preconditioner knows the whole square only",
        why: "the domain is not the square alone", fix: "set preconditioner to \"automatic\"")
    }
    if method == .galerkin {
      guard case .lognormal = coefficient, !hasMask else {
        throw reader.fail(
          "method", "polynomials solve smooth coefficients on the whole square only",
          why:
            "coefficient is \"\(coefficient.name)\" and domain is \"\(domains.map(\.rawValue).joined(separator: " "))\"",
          fix: "set coefficient to \"lognormal\" and domain to \"square\", or method to \"finite-volume\"")
      }
    }
    guard points <= solvePoints, (solvePoints - 1) % (points - 1) == 0 else {
      throw reader.fail(
        "points", "points = \(points) does not divide the grid of \(solvePoints) points evenly",
        why: "solvePoints - 1 = \(solvePoints - 1) must be a multiple of points - 1 = \(points - 1)",
        fix: "set points to \(nearestDivisor()) or change solvePoints")
    }
  }

  /// The number of stored points nearest to `points` whose grid is part of the solve grid.
  private func nearestDivisor() -> Int {
    let intervals = solvePoints - 1
    let divisors = (2...intervals).filter { intervals % $0 == 0 }
    let best = divisors.min { abs($0 - (points - 1)) < abs($1 - (points - 1)) } ?? intervals
    return best + 1
  }

  public static let smokeConfiguration = """
    {"type": "darcy", "points": 13, "solvePoints": 49}
    """
}
