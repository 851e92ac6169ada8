import Configuration

extension GrayScott {
  /// Rates of the six patterns of The Well's set.
  enum Regime: String, CaseIterable {
    case bubbles, gliders, maze, spirals, spots, worms

    /// F and k.
    var rates: (feed: Double, kill: Double) {
      switch self {
      case .bubbles: (0.098, 0.057)
      case .gliders: (0.014, 0.054)
      case .maze: (0.029, 0.057)
      case .spirals: (0.018, 0.051)
      case .spots: (0.030, 0.062)
      case .worms: (0.058, 0.065)
      }
    }
  }

  /// Reads `regime` or the rates themselves, `diffusivities`, then what all problems on a torus read.
  public init(from reader: ConfigReader) throws {
    let regime: Regime = try reader.choice(
      "regime", default: .maze, doc: "pattern, which sets the rates where they are not given")
    feedRate = try reader.double(
      "feedRate", default: regime.rates.feed, in: 0...10, doc: "F, rate of feeding")
    killRate = try reader.double(
      "killRate", default: regime.rates.kill, in: 0...10, doc: "k, rate of killing")
    diffusivities = try reader.doubles(
      "diffusivities", default: [2e-5, 1e-5], count: 2, each: 0...1e3, doc: "D_u and D_v")
    plane = try PlaneConfiguration(
      from: reader,
      defaults: .init(
        length: 2, points: 128,
        initial: .init(
          type: "bumps",
          bumps: GaussianBumps(counts: 3...8, amplitudes: 0.5...1, widths: 0.02...0.05)),
        trajectory: .init(
          finalTime: 1000, snapshots: 101, includesInitial: true, timeTolerance: 1e-4, tailTolerance: 1e-3,
          maximumPoints: 512)),
      degree: 3)
  }

  public static let smokeConfiguration = """
    {"type": "gray-scott", "points": 16, "workingPoints": 64, "times": [0, 1, 3],
     "accuracy": {"tailTolerance": 0.1}}
    """
}
