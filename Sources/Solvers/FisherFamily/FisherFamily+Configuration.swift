import Configuration

extension FisherFamily {
  /// Reads `diffusivity`, `forms` and `weights`, then what all problems on a circle read.
  public init(from reader: ConfigReader) throws {
    diffusivity = try reader.double(
      "diffusivity", default: 0.01, in: 0...1e6, exclusiveMinimum: 0, doc: "D, diffusivity")
    let names = try reader.strings(
      "forms", default: Form.allCases.map(\.rawValue),
      doc: "forms of the source: \"logistic\", \"cubic\", \"exponential\"")
    let known = names.compactMap(Form.init)
    let shares = try reader.doubles(
      "weights", default: known.map { $0 == .exponential ? 2 : 1 }, each: 0...1e6,
      doc: "relative frequency of each form")
    forms = known
    weights = shares
    line = try LineConfiguration(
      from: reader,
      defaults: .init(
        points: 64, initial: .init(type: "pdebench", waves: TwoWaves(isNormalized: true, oddity: 0)),
        trajectory: .init(
          finalTime: 1, snapshots: 20, includesInitial: true, timeTolerance: 1e-9, tailTolerance: 1e-8,
          maximumPoints: 8192),
        fewestModes: 63),
      degree: 4)
    guard known.count == names.count, Set(names).count == names.count, !names.isEmpty else {
      throw reader.fail(
        "forms", "forms must be different names of sources",
        why: "known are " + Form.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "),
        fix: "list some of the known names, each once")
    }
    guard shares.count == forms.count, shares.contains(where: { $0 > 0 }) else {
      throw reader.fail(
        "weights", "\(shares.count) weights do not fit \(forms.count) forms",
        fix: "give one number per form, one of them positive")
    }
  }

  public static let smokeConfiguration = """
    {"type": "fisher-family", "points": 32, "times": [0, 0.5, 1]}
    """
}
