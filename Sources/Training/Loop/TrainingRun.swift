import Configuration
import Datasets
import Diagnostics
import Fields
import Foundation
import Plotting
import Tensors

/// A run from its first epoch to its last: epochs, metrics, checkpoints, and the reasons to stop.
public final class TrainingRun {
  /// How a run ended.
  public enum Outcome: Sendable, Equatable {
    case finished
    /// No improvement for the stated number of epochs.
    case stoppedEarly
    /// Asked to stop, or out of time; the same command continues.
    case interrupted
  }

  /// What the checkpoint says about data and configuration.
  public struct Identity {
    public var configuration: JSONValue
    public var mapping: FieldMapping
    public var outputs: OutputDescription
    public var fingerprint: String

    public init(
      configuration: JSONValue, mapping: FieldMapping, outputs: OutputDescription, fingerprint: String
    ) {
      self.configuration = configuration
      self.mapping = mapping
      self.outputs = outputs
      self.fingerprint = fingerprint
    }
  }

  public let trainer: Trainer
  public let directory: RunDirectory
  private let identity: Identity
  private let bestWeights: HostBuffer
  private var bestIsUnsaved = false
  private var lastSave: Double
  private var lastSaveDuration = 0.0
  private var longestStep = 0.0

  public init(_ trainer: Trainer, directory: RunDirectory, identity: Identity) {
    self.trainer = trainer
    self.directory = directory
    self.identity = identity
    bestWeights = HostBuffer(count: trainer.values.count, precision: trainer.values.precision)
    lastSave = now()
  }

  /// Continues from the directory's last checkpoint.
  public func resume() throws {
    try trainer.restore(CheckpointFile(path: directory.lastCheckpoint))
    let best = try CheckpointFile(path: directory.bestCheckpoint)
    try best.read(group: "model", parameters: trainer.parameters, into: bestWeights)
    try directory.truncateMetrics(to: trainer.progress.epoch)
  }

  /// Trains to the end, or until a stop.
  ///
  /// - Parameters:
  ///   - budget: seconds that this process may take from its start.
  ///   - started: when the process started, on the clock of ``now()``.
  public func train(stop: StopRequest, budget: Double?, started: Double, progress bar: Diagnostics.Progress)
    throws -> Outcome
  {
    if trainer.progress.step == 0 { try save() }
    let processStart = trainer.progress.seconds
    let loopStart = now()
    let configuration = trainer.configuration
    while true {
      // Asked before an epoch and not behind it, so that a run that ended this way stays ended when it is continued. Only
      // where validation has just been looked at, so that the last epochs are never judged unseen.
      if let stopping = configuration.earlyStopping, trainer.progress.bestEpoch > 0,
        trainer.progress.epoch % configuration.reportEvery == 0,
        trainer.progress.epoch - trainer.progress.bestEpoch >= stopping.patience
      {
        try save()
        return .stoppedEarly
      }
      if trainer.progress.epoch >= configuration.epochs { break }
      var stepStart = now()
      let epochStart = stepStart
      let rate = trainer.epochLearningRate
      let loss = try trainer.trainEpoch(
        interrupt: {
          trainer.progress.seconds = processStart + (now() - loopStart)
          let outOfTime =
            budget.map { now() - started + 2 * longestStep + 2 * lastSaveDuration > $0 } ?? false
          let stops = stop.isRequested || outOfTime
          if stops || now() - lastSave >= max(60 * configuration.checkpointMinutes, 20 * lastSaveDuration) {
            try save()
            stepStart = now()
          }
          return stops
        },
        report: { step, loss in
          let time = now()
          longestStep = max(longestStep, time - stepStart)
          stepStart = time
          bar.update(
            trainer.progress.epoch, detail: "loss \(brief(loss))  step \(step)/\(trainer.stepsPerEpoch)")
        })
      guard let loss else { return .interrupted }
      trainer.progress.seconds = processStart + (now() - loopStart)
      if trainer.progress.epoch % configuration.reportEvery == 0
        || trainer.progress.epoch == configuration.epochs
      {
        try finishEpoch(loss: loss, rate: rate, seconds: now() - epochStart)
        bar.update(trainer.progress.epoch, detail: "loss \(brief(loss))")
      }
    }
    try save()
    return .finished
  }

  private func finishEpoch(loss: Double, rate: Double, seconds: Double) throws {
    var line: [JSONValue.Member] = [
      .init(key: "epoch", value: .integer(trainer.progress.epoch)),
      .init(key: "step", value: .integer(trainer.progress.step)),
      .init(key: "trainingLoss", value: .number(loss)),
    ]
    var watched = loss
    if !trainer.validation.isEmpty {
      let results = trainer.validation.map { trainer.evaluate($0) }
      let count = Double(results.count)
      watched = results.reduce(0) { $0 + $1.loss } / count
      line.append(.init(key: "validationLoss", value: .number(watched)))
      line.append(
        .init(
          key: "validationRelativeL2", value: .number(results.reduce(0) { $0 + $1.relativeL2 } / count)))
      if results.count > 1 {
        let grids = zip(trainer.validation, results).map { table, result -> JSONValue in
          [
            "grid": .array(table.gridShape.map { .integer($0) }), "loss": .number(result.loss),
            "relativeL2": .number(result.relativeL2),
          ]
        }
        line.append(.init(key: "validationGrids", value: .array(grids)))
      }
    }
    if let modes = trainer.progress.modes {
      line.append(.init(key: "modes", value: .array(modes.map { .integer($0) })))
    }
    line += [
      .init(key: "learningRate", value: .number(rate)), .init(key: "seconds", value: .number(seconds)),
      .init(key: "samplesPerSecond", value: .number(Double(trainer.itemsPerEpoch) / max(seconds, 1e-9))),
      .init(key: "peakMemoryBytes", value: .integer(peakMemory())),
    ]
    let needed = trainer.configuration.earlyStopping?.minimumImprovement ?? 0
    if watched < trainer.progress.bestLoss - (trainer.progress.bestLoss.isFinite ? needed : 0) {
      trainer.progress.bestLoss = watched
      trainer.progress.bestEpoch = trainer.progress.epoch
      Kernels(bestWeights.precision).copy(trainer.resultWeights.slice(), into: bestWeights.slice())
      bestIsUnsaved = true
    }
    try directory.appendMetrics(.object(line))
  }

  /// Writes the best and then the last checkpoint: whenever the last one is there, so is its best.
  private func save() throws {
    let start = now()
    let checkpoint = Checkpoint(
      configuration: identity.configuration, signature: trainer.task.signature, mapping: identity.mapping,
      outputs: identity.outputs, fingerprint: identity.fingerprint, progress: trainer.progress,
      inputNormalizer: trainer.task.inputNormalizer,
      outputNormalizer: trainer.task.outputNormalizer)
    if bestIsUnsaved || trainer.progress.bestEpoch == 0 {
      if trainer.progress.bestEpoch == 0 {
        Kernels(bestWeights.precision).copy(trainer.resultWeights.slice(), into: bestWeights.slice())
      }
      try checkpoint.write(
        [.init(name: "model", values: bestWeights)], parameters: trainer.parameters,
        to: directory.bestCheckpoint)
      bestIsUnsaved = false
    }
    try checkpoint.write(trainer.groups(), parameters: trainer.parameters, to: directory.lastCheckpoint)
    lastSave = now()
    lastSaveDuration = max(lastSaveDuration, lastSave - start)
  }

  /// Draws the losses of all epochs so far.
  public func drawLosses() throws {
    let lines = directory.metrics(upTo: trainer.progress.epoch)
    guard !lines.isEmpty else { return }
    let epochs = lines.map { Double($0["epoch"]?.intValue ?? 0) }
    func series(_ key: String, _ label: String) -> LossCurve.Series? {
      let values = lines.map { $0[key]?.doubleValue ?? .nan }
      return values.contains { $0.isFinite }
        ? LossCurve.Series(name: label, epochs: epochs, values: values) : nil
    }
    let all = [series("trainingLoss", "training"), series("validationLoss", "validation")].compactMap { $0 }
    try LossCurve(title: "Losses", series: all).write(to: directory.lossPlotPath)
  }
}

/// Four significant digits.
func brief(_ value: Double) -> String { String(format: "%.4g", value) }
