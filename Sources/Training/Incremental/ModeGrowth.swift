import Configuration

/// How a Fourier neural operator that starts with few modes takes in more of them: the incremental FNO.
///
///     "incrementalModes": {"start": 4, "step": 2, "rule": {"type": "explainedGradient", "explained": 0.999}}
///
/// The weights of modes that are not in use yet are zero and stay so; they get their initial values when their turn comes.
/// The weights of a checkpoint are therefore the same function whoever reads them.
///
/// - References: R. J. George et al., Incremental Spatial and Spectral Learning of Neural Operators for Solving
///   Large-Scale PDEs, TMLR 2024, arXiv:2211.15188, and neuraloperator's `IncrementalFNOTrainer`; what differs is said
///   in Training's README.
public struct ModeGrowth: Sendable {
  /// When modes are taken in.
  public enum Rule: Sendable, Equatable {
    /// After an epoch whose mean loss differs from the one before by at most `smallest`; along all axes.
    case lossGap(smallest: Double)
    /// After every so many `updates`, along each axis whose upper frequencies matter: with s_k = Σ |g|² over the weights
    /// of frequency ±k, g the gradient summed over these updates, and K frequencies 0 … K − 1 in use,
    ///
    ///     Σ_{k < K − buffer} s_k < explained · Σ_{k < K} s_k.
    case explainedGradient(explained: Double, buffer: Int, updates: Int)
  }

  /// Modes at the start, one number for all axes or one per axis, counted as `model.modes` counts them.
  public let start: [Int]
  /// Modes taken in at a time.
  public let step: Int
  public let rule: Rule

  init(from reader: ConfigReader) throws {
    start = try reader.ints(
      "start", default: [4], each: 1...4096,
      doc: "modes at the start, counted as model.modes counts them; one number for all axes or one per axis")
    step = try reader.int(
      "step", default: 2, in: 1...4096,
      doc: "modes taken in at a time; in a model that counts both signs, 2 are one frequency")
    rule = try reader.variant(
      "rule",
      of: [
        (
          "lossGap", "when the training loss of an epoch hardly differs from the one before",
          { reader in
            .lossGap(
              smallest: try reader.double(
                "smallest", default: 1e-3, in: 0...1e12,
                doc: "modes grow when the losses of two epochs differ by no more than this"))
          }
        ),
        (
          "explainedGradient", "when the highest frequencies in use have a part in the gradient",
          { reader in
            .explainedGradient(
              explained: try reader.double(
                "explained", default: 0.999, in: 0...1,
                doc:
                  "modes grow when the frequencies below the buffer have less than this part of |gradient|²"),
              buffer: try reader.int(
                "buffer", default: 2, in: 1...4096, doc: "highest frequencies in use that count as the buffer"
              ),
              updates: try reader.int(
                "updates", default: 10, in: 1...1_000_000, doc: "updates whose gradients are summed"))
          }
        ),
      ],
      default: "lossGap", doc: "when modes are taken in")
  }

  /// Whether modes grow after an epoch.
  ///
  /// - Parameter before: loss of the epoch before; NaN after the first one.
  public func grows(loss: Double, before: Double) -> Bool {
    guard case .lossGap(let smallest) = rule else { return false }
    return abs(loss - before) <= smallest
  }

  /// Whether modes grow along an axis, given the strengths s_0, s_1, … of the frequencies in use.
  public func grows(strengths: [Double]) -> Bool {
    guard case .explainedGradient(let explained, let buffer, _) = rule else { return false }
    return strengths.dropLast(buffer).reduce(0, +) < explained * strengths.reduce(0, +)
  }

  /// Whether the strengths are looked at after update number `step`.
  func isDue(step: Int) -> Bool {
    guard case .explainedGradient(_, _, let updates) = rule else { return false }
    return step % updates == 0
  }

  /// Modes per axis at the start.
  ///
  /// - Throws: ``TrainingError/startingModes(start:modes:)`` where they do not fit the model's.
  func startingModes(of modes: [Int]) throws -> [Int] {
    let all = start.count == 1 ? modes.map { _ in start[0] } : start
    guard all.count == modes.count, zip(all, modes).allSatisfy({ $0 <= $1 }) else {
      throw TrainingError.startingModes(start: start, modes: modes)
    }
    return all
  }
}
