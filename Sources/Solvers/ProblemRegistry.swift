import Configuration

/// One problem of the registry, its type erased.
public struct ProblemEntry: Sendable {
  public let card: ProblemCard
  /// See ``Problem/smokeConfiguration``.
  public let smokeConfiguration: String
  /// Reads the problem from its own section.
  public let make: @Sendable (ConfigReader) throws -> any Problem

  init<P: Problem>(_: P.Type) {
    card = P.card
    smokeConfiguration = P.smokeConfiguration
    make = { try P(from: $0) }
  }
}

/// All problems that `opkit generate` knows, in alphabetical order.
public enum ProblemRegistry {
  public static let entries: [ProblemEntry] = [
    ProblemEntry(Advection.self),
    ProblemEntry(AdvectionDiffusion.self),
    ProblemEntry(AllenCahn.self),
    ProblemEntry(AllenCahnPlane.self),
    ProblemEntry(Burgers.self),
    ProblemEntry(Darcy.self),
    ProblemEntry(FisherFamily.self),
    ProblemEntry(GrayScott.self),
    ProblemEntry(Heat.self),
    ProblemEntry(Helmholtz.self),
    ProblemEntry(KortewegDeVries.self),
    ProblemEntry(KuramotoSivashinsky.self),
    ProblemEntry(NavierStokes.self),
    ProblemEntry(OrdinaryEquation.self),
    ProblemEntry(Poisson.self),
    ProblemEntry(ReactionDiffusion.self),
    ProblemEntry(SourceReaction.self),
    ProblemEntry(SquareWave.self),
    ProblemEntry(Wave.self),
  ]

  /// Reads the section `key` of a configuration, an object whose `"type"` names an entry.
  public static func read(_ reader: ConfigReader, key: String = "problem") throws -> any Problem {
    try reader.variant(
      key, of: entries.map { ($0.card.identifier, $0.card.title, $0.make) }, doc: "PDE and its distribution")
  }
}
