import Autodiff
import Configuration
import Diagnostics
import Tensors

/// The `training` section of a configuration.
public struct TrainingConfiguration: Sendable {
  /// Space in which the loss compares prediction and target.
  public enum LossSpace: String, Sendable, CaseIterable {
    /// After the output normaliser is undone, as the FNO scripts do.
    case physical
    /// On normalised outputs, as neuraloperator does.
    case normalized
  }
  /// How the losses of a batch's samples become one number.
  public enum Reduction: String, Sendable, CaseIterable {
    case mean
    case sum
  }
  /// What a time window is trained on.
  public enum Rollout: String, Sendable, CaseIterable {
    /// All steps, each from the model's own predictions; the loss is the sum over steps.
    case full
    /// Single steps from true states; every step of a trajectory is a sample.
    case oneStep
  }

  public struct EarlyStopping: Sendable {
    public let patience: Int
    public let minimumImprovement: Double
  }

  public let epochs: Int
  public let batch: Int
  public let loss: any Loss
  public let lossSpace: LossSpace
  public let lossReduction: Reduction
  public let rollout: Rollout
  public let optimizer: any Optimizer
  public let schedule: any Schedule
  /// Largest norm of the whole gradient; nil for no clipping.
  public let gradientClip: Double?
  /// Decay per step of the moving average of weights; nil for none.
  public let averageDecay: Double?
  public let earlyStopping: EarlyStopping?
  public let precision: Precision
  /// Parts into which a batch is cut; part of the numerics, unlike the number of threads.
  public let lanes: Int
  /// Lanes that have a sample.
  var laneCount: Int { min(lanes, batch) }
  /// Samples computed at a time inside a lane; bounds memory.
  public let samplesPerPass: Int?
  /// Whether backward computes activations again instead of keeping them.
  public let recompute: Bool
  public let checkpointMinutes: Double
  public let initializeFrom: String?
  /// Beginnings of the names of parameters that stay as they are.
  public let freeze: [String]
  /// How a model that starts with few Fourier modes takes in more; nil where all are there from the start.
  public let modeGrowth: ModeGrowth?
  /// Epochs from one look at the run to the next: validation, best weights, a line of metrics.
  public let reportEvery: Int

  public init(from reader: ConfigReader) throws {
    epochs = try reader.int(
      "epochs", default: 500, in: 1...10_000_000, doc: "passes over the training samples")
    batch = try reader.int("batch", default: 20, in: 1...1_000_000, doc: "samples per update")
    loss = try LossRegistry.read("loss", from: reader)
    lossSpace = try reader.choice(
      "lossSpace", default: .physical,
      doc:
        "physical: outputs are denormalised before the loss; normalized: the loss compares normalised outputs"
    )
    lossReduction = try reader.choice(
      "lossReduction", default: .mean,
      doc: "mean or sum over a batch's samples; matters for weight decay in the gradient and for clipping")
    rollout = try reader.choice(
      "rollout", default: .full,
      doc: "time windows: full (through the whole roll-out) or oneStep (single steps from true states)")
    optimizer = try OptimizerRegistry.read("optimizer", from: reader)
    schedule = try ScheduleRegistry.read("schedule", from: reader)
    gradientClip = try reader.optionalDouble(
      "gradientClip", in: 1e-12...1e12, doc: "largest norm of the whole gradient; null for no clipping")
    averageDecay = try reader.optionalDouble(
      "averageDecay", in: 0...0.9999999,
      doc: "decay per step of an exponential moving average of the weights, used for validation and results")
    if let stopping = try reader.optionalSection(
      "earlyStopping", doc: "stop when validation no longer improves")
    {
      earlyStopping = EarlyStopping(
        patience: try stopping.int(
          "patience", default: 50, in: 1...1_000_000, doc: "epochs without improvement"),
        minimumImprovement: try stopping.double(
          "minimumImprovement", default: 0, in: 0...1e9,
          doc: "smallest decrease of the validation loss that counts"))
    } else {
      earlyStopping = nil
    }
    precision = try reader.choice("precision", default: .float32, doc: "float32, or float64 throughout")
    lanes = try reader.int(
      "lanes", default: 4, in: 1...64,
      doc:
        "parts of a batch whose gradients are summed in a fixed order; at most this many threads share a batch"
    )
    samplesPerPass = try reader.optionalInt(
      "samplesPerPass", in: 1...1_000_000,
      doc: "samples computed at a time in a lane; null for all, fewer to save memory")
    recompute = try reader.bool(
      "recompute", default: false,
      doc:
        "keep only some activations for the backward pass and compute the others again: less memory, up to one more forward pass, the same bits"
    )
    checkpointMinutes = try reader.double(
      "checkpointMinutes", default: 2, in: 0...10_000,
      doc: "time between checkpoints; writing them takes at most a twentieth of the time in any case")
    initializeFrom = try reader.optionalString(
      "initializeFrom", doc: "checkpoint whose weights training starts from, with a fresh optimizer")
    freeze = try reader.strings(
      "freeze", default: [],
      doc: "parameters that stay as they are, by the beginnings of their names, such as 'trunk' or 'branch.0'"
    )
    modeGrowth = try reader.optionalSection(
      "incrementalModes", doc: "start with few Fourier modes and take in more as training needs them"
    ).map { try ModeGrowth(from: $0) }
    reportEvery = try reader.int(
      "reportEvery", default: 1, in: 1...1_000_000,
      doc: "epochs from one validation, choice of the best weights and line of metrics to the next")
  }

  /// The parameters that training changes.
  ///
  /// - Throws: ``TrainingError`` where an entry of ``freeze`` names nothing, or nothing is left to train.
  func trained(among parameters: [Parameter]) throws -> [Parameter] {
    func isFrozen(_ name: String, _ prefix: String) -> Bool { name == prefix || name.hasPrefix(prefix + ".") }
    for prefix in freeze where !parameters.contains(where: { isFrozen($0.name, prefix) }) {
      throw TrainingError.frozenUnknown(name: prefix, known: parameters.map(\.name))
    }
    let trained = parameters.filter { parameter in
      parameter.isTrained && !freeze.contains { isFrozen(parameter.name, $0) }
    }
    if trained.isEmpty { throw TrainingError.nothingToTrain }
    return trained
  }
}
