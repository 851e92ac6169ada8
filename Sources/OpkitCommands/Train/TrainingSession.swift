import Autodiff
import Configuration
import Datasets
import Diagnostics
import Evaluation
import Foundation
import Layers
import Plotting
import Tensors
import Training

/// One invocation of `opkit train`: from the configuration to a run directory.
struct TrainingSession {
  let configuration: TrainConfiguration
  let resolved: JSONValue
  private let invocation: Invocation
  private let pool: WorkerPool
  private let data: LearningData
  private let builder = ParameterBuilder()
  private let trainer: Trainer
  private let table: SampleTable
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
    let model = try configuration.model.build(data.signature, builder)
    if data.test.count > 0 {
      try configuration.model.validate(model, data.reader(data.test).signature.gridShape)
    }
    guard training.batch <= data.train.count else {
      throw TrainingError.batchExceedsSamples(batch: training.batch, samples: data.train.count)
    }
    table = try data.table(data.train, precision: training.precision)
    let validation =
      data.validation.count > 0 ? try data.table(data.validation, precision: training.precision) : nil
    let task = try OperatorTask(
      model: model, derivations: builder.derivations, fittingNormalizersTo: table,
      input: configuration.data.inputNormalization,
      output: configuration.data.outputNormalization)
    trainer = try Trainer(
      task, training, builder: builder, training: table, validation: validation, seed: configuration.seed,
      pool: pool)
    if !continues, let start = initializeFrom ?? training.initializeFrom {
      try trainer.initialize(from: CheckpointFile(path: start))
    }
  }

  /// What a run would be: shapes, parameters, memory and time, measured on one batch.
  func estimate() -> String {
    let seconds = trainer.measureUpdate(clock: now)
    let total = seconds * Double(trainer.stepsPerEpoch * configuration.training.epochs)
    let signature = data.signature
    let grid = signature.gridShape.map(String.init).joined(separator: " × ")
    let memory = trainer.byteCount + table.inputs.byteCount + table.outputs.byteCount
    let rows: [(String, String)] = [
      ("model", "\(configuration.model.card.identifier), \(grouped(builder.parameterCount)) parameters"),
      ("input", "\(signature.inputChannels) channels on \(grid)"),
      (
        "output",
        "\(signature.outputChannels) channels"
          + (signature.rolloutSteps > 1 ? ", \(signature.rolloutSteps) steps of roll-out" : "")
      ),
      (
        "samples",
        "\(data.train.count) training, \(data.validation.count) validation, \(data.test.count) test"
      ),
      ("updates", "\(trainer.stepsPerEpoch) per epoch, \(configuration.training.epochs) epochs"),
      ("memory", "about \(byteText(Double(memory)))"),
      (
        "time",
        "about \(durationText(total)) at \(invocation.threads) threads (\(milliseconds(seconds)) an update)"
      ),
    ]
    return tableText(rows.map { [$0.0, $0.1] })
  }

  /// Trains in the run directory and reports; see `RunTarget` for what `start` means.
  func run(in target: RunTarget, start: RunTarget.Start, maxHours: Double?, started: Double) throws
    -> ExitStatus
  {
    let directory = try RunDirectory(path: target.path)
    let fingerprint = table.fingerprint()
    let run = TrainingRun(
      trainer, directory: directory,
      identity: .init(
        configuration: resolved, mapping: data.mapping, outputs: data.outputs, fingerprint: fingerprint))
    if continues {
      let file = try CheckpointFile(path: directory.lastCheckpoint)
      try RunContinuity.check(file, configuration: resolved, fingerprint: fingerprint)
      try run.resume()
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

  /// Measures the result on the test samples, draws it, and writes the summary.
  private func finish(_ run: TrainingRun, outcome: TrainingRun.Outcome) throws -> String {
    let progress = trainer.progress
    var members: [JSONValue.Member] = [
      .init(key: "model", value: .string(configuration.model.card.identifier)),
      .init(key: "parameters", value: .integer(builder.parameterCount)),
      .init(key: "epochs", value: .integer(progress.epoch)),
      .init(key: "outcome", value: .string(outcome == .finished ? "finished" : "stopped early")),
      .init(key: "trainingLoss", value: .number(progress.trainingLoss)),
      .init(key: "bestEpoch", value: .integer(progress.bestEpoch)),
      .init(key: "seconds", value: .number(progress.seconds)),
      .init(key: "threads", value: .integer(invocation.threads)),
      .init(key: "peakMemoryBytes", value: .integer(peakMemory())),
    ]
    var lines = [
      "run        \(run.directory.path)",
      "parameters \(grouped(builder.parameterCount))",
      "epochs     \(progress.epoch) in \(durationText(progress.seconds))",
      "training   loss \(numberText(progress.trainingLoss))",
    ]
    if data.test.count > 0 {
      let reader = try data.reader(data.test, precision: configuration.training.precision)
      let predictor = Predictor(
        trainer.task.asked(atPointsOf: reader), parameters: trainer.resultWeights, pool: pool)
      let evaluation = try ModelEvaluation(predictor, reader, samples: data.test.samples, pool: pool)
      members.append(.init(key: "test", value: EvaluationReport(evaluation).json))
      let panels = run.directory.path + "/panels.png"
      if data.signature.queries == nil {
        try PredictionPanels(
          predictor, reader, evaluation, outputs: data.outputs,
          title: "\(configuration.model.card.identifier) on \(data.test.path)"
        ).write(to: panels)
      }
      if let error = evaluation["relativeL2"] {
        lines.append(
          "test       relative L2 \(numberText(error.summary.mean)) over \(data.test.count) samples")
      }
      if data.signature.queries == nil { lines.append("picture    \(panels)") }
    }
    try run.directory.writeSummary(.object(members))
    lines.append("checkpoint \(run.directory.lastCheckpoint)")
    return lines.joined(separator: "\n")
  }
}
