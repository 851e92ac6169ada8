import Autodiff
import Configuration
import Datasets
import Diagnostics
import Layers
import Tensors
import Training

/// One invocation of `opkit train`: from the configuration to a run directory.
struct TrainingSession {
  let configuration: TrainConfiguration
  let resolved: JSONValue
  let invocation: Invocation
  let pool: WorkerPool
  let data: LearningData
  let builder = ParameterBuilder()
  let trainer: Trainer
  /// Training samples on each grid, the finest first.
  let tables: [SampleTable]
  /// Whether a checkpoint of the run is there to continue from.
  private let continues: Bool

  /// Reads everything, checks everything, and builds the model; writes nothing.
  ///
  /// - Parameter initializeFrom: checkpoint whose weights a run begins with; one that continues has its own.
  init(_ document: ConfigDocument, initializeFrom: String?, continues: Bool, invocation: Invocation) throws {
    let reader = ConfigReader(document)
    configuration = try TrainConfiguration(from: reader)
    try reader.finish()
    resolved = reader.resolved
    self.invocation = invocation
    self.continues = continues
    let training = configuration.training
    pool = WorkerPool(workerCount: invocation.threads)
    data = try LearningData(configuration.data)
    if try data.testRepeatsTraining() {
      invocation.console.warn(
        "test samples of \(data.test.path) have the seed and the numbers of samples to learn from: they are not new; "
          + "generate them with another seed")
    }
    let model = try configuration.model.build(data.signature, builder)
    for part in [data.train, data.test] where part.count > 0 {
      for reader in try data.readers(part) {
        try configuration.model.validate(model, reader.signature)
      }
    }
    guard training.batch <= data.train.count else {
      throw TrainingError.batchExceedsSamples(batch: training.batch, samples: data.train.count)
    }
    tables = try data.tables(data.train, precision: training.precision)
    TrainingSession.warnOfSmallOutputs(tables[0], training, invocation.console)
    let validation =
      data.validation.count > 0 ? try data.tables(data.validation, precision: training.precision) : []
    let task = try OperatorTask(
      model: model, derivations: builder.derivations, fittingNormalizersTo: tables[0],
      input: configuration.data.inputNormalization,
      output: configuration.data.outputNormalization)
    trainer = try Trainer(
      task, training, builder: builder, training: tables, validation: validation, seed: configuration.seed,
      pool: pool)
    if !continues, let start = initializeFrom ?? training.initializeFrom {
      try trainer.initialize(from: CheckpointFile(path: start))
    }
  }

  /// Relative losses have 1e-8 in their denominators, which outputs in very small units do not exceed, and zeros are
  /// most likely a mistake.
  private static func warnOfSmallOutputs(
    _ table: SampleTable, _ training: TrainingConfiguration, _ console: Console
  ) {
    let outputs = table.outputs.slice()
    let squares = Kernels(table.precision).dot(outputs, outputs)
    let size = (squares / Double(max(1, outputs.count))).squareRoot()
    if squares == 0 {
      console.warn("all outputs of the training samples are zero: there is nothing to learn from them")
      return
    }
    guard training.lossSpace == .physical, size < 1e-6 else { return }
    console.warn(
      "the outputs are of the size \(numberText(size)): relative losses, which add 1e-8 to their denominators, mean little; "
        + "store them in another unit, or set training.lossSpace to normalized")
  }

  /// Trains in the run directory and reports; see `RunTarget` for what `start` means.
  func run(in target: RunTarget, start: RunTarget.Start, maxHours: Double?, started: Double) throws
    -> ExitStatus
  {
    let directory = try RunDirectory(path: target.path)
    let fingerprint = tables[0].fingerprint()
    let run = TrainingRun(
      trainer, directory: directory,
      identity: .init(
        configuration: resolved, mapping: data.mapping, outputs: data.outputs, fingerprint: fingerprint))
    if continues {
      let file = try CheckpointFile(path: directory.lastCheckpoint)
      try RunContinuity.check(
        file, configuration: resolved, schedule: configuration.training.schedule, fingerprint: fingerprint)
      try run.resume()
      guard trainer.progress.epoch <= configuration.training.epochs else {
        throw Diagnostic(
          "config.range", exit: .usage,
          "the run has \(counted(trainer.progress.epoch, "epoch")) already, more than the \(configuration.training.epochs) asked for",
          at: "training.epochs", fix: "set training.epochs to \(trainer.progress.epoch) or more")
      }
      invocation.console.note(
        "continuing \(target.path) after epoch \(trainer.progress.epoch) of \(configuration.training.epochs)")
    } else {
      if start != .fresh { try directory.clear() }
    }
    try directory.writeConfiguration(resolved)
    let bar = invocation.console.progress(
      "train", total: configuration.training.epochs, unit: "epochs", startingAt: trainer.progress.epoch)
    let outcome = try run.train(
      stop: invocation.stop, budget: maxHours.map { $0 * 3600 }, started: started, progress: bar)
    try run.drawLosses()
    if outcome == .interrupted {
      invocation.console.note(
        "stopped after epoch \(trainer.progress.epoch) of \(configuration.training.epochs); "
          + "continue with --resume auto")
      return .stoppedResumable
    }
    bar.finish(detail: "loss \(numberText(trainer.progress.trainingLoss))")
    let summary = try finish(run, outcome: outcome)
    try invocation.console.print(summary)
    return .success
  }
}
