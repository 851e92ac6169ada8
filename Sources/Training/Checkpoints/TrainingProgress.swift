import Configuration

/// Where a run stands: integers and sums from which it continues to the same bits.
///
/// Nothing random is stored, because every random choice is a function of the seed and these integers.
public struct TrainingProgress: Sendable, Equatable {
  /// Epochs completed.
  public var epoch = 0
  /// Updates done in all.
  public var step = 0
  /// Updates done in the epoch that is under way, and the sum of its items' losses so far.
  public var stepInEpoch = 0
  public var lossSum = 0.0
  /// Validation loss (training loss without validation samples) of the best epoch so far, and which it was.
  public var bestLoss = Double.infinity
  public var bestEpoch = 0
  /// Seconds of training so far, over all parts of the run.
  public var seconds = 0.0
  /// Loss of the last epoch.
  public var trainingLoss = Double.nan
  /// Fourier modes in use along each axis, where they grow during training.
  public var modes: [Int]?

  public init() {}

  var json: JSONValue {
    [
      "epoch": .integer(epoch), "step": .integer(step), "stepInEpoch": .integer(stepInEpoch),
      "lossSum": .number(lossSum), "bestLoss": .number(bestLoss), "bestEpoch": .integer(bestEpoch),
      "seconds": .number(seconds), "trainingLoss": .number(trainingLoss),
      "modes": modes.map { .array($0.map { .integer($0) }) } ?? .null,
    ]
  }

  init?(json: JSONValue) {
    // More than a billion epochs or 2^50 updates are damage.
    guard let epoch = json["epoch"]?.intValue, let step = json["step"]?.intValue,
      (0...(1 << 30)).contains(epoch), (0...(1 << 50)).contains(step)
    else { return nil }
    let inEpoch = json["stepInEpoch"]?.intValue ?? 0
    guard (0...step).contains(inEpoch) else { return nil }
    self.epoch = epoch
    self.step = step
    stepInEpoch = inEpoch
    lossSum = json["lossSum"]?.doubleValue ?? 0
    bestLoss = json["bestLoss"]?.doubleValue ?? .infinity
    bestEpoch = json["bestEpoch"]?.intValue ?? 0
    seconds = json["seconds"]?.doubleValue ?? 0
    trainingLoss = json["trainingLoss"]?.doubleValue ?? .nan
    modes = json["modes"]?.arrayValue?.compactMap(\.intValue)
  }
}
