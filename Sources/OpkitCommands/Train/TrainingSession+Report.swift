import Configuration
import Datasets
import Diagnostics
import Evaluation
import Foundation
import Plotting
import Training

extension TrainingSession {
  /// What a run would be: shapes, parameters, memory and time, measured on one batch.
  func estimate() -> String {
    let updates = trainer.measureUpdates(clock: now)
    let seconds = updates.reduce(0) { $0 + $1.seconds } / Double(updates.count)
    let total = seconds * Double(trainer.stepsPerEpoch * configuration.training.epochs)
    let signature = data.signature
    // What the process took for one update, and the copy of the best weights.
    let memory = peakMemory() + trainer.values.byteCount
    var rows: [(String, String)] = [
      ("model", "\(configuration.model.card.identifier), \(grouped(builder.parameterCount)) parameters"),
      ("input", "\(counted(signature.inputChannels, "channel")) on \(gridText(signature.gridShape))"),
      (
        "output",
        counted(signature.outputChannels, "channel")
          + (signature.rolloutSteps > 1 ? ", \(signature.rolloutSteps) steps of roll-out" : "")
      ),
      (
        "samples",
        "\(data.train.count) training, \(data.validation.count) validation, \(data.test.count) test"
      ),
      ("updates", "\(trainer.stepsPerEpoch) per epoch, \(counted(configuration.training.epochs, "epoch"))"),
      ("memory", "about \(byteText(Double(memory)))"),
      (
        "time",
        "about \(durationText(total)) at \(counted(invocation.threads, "thread")) (\(milliseconds(seconds)) an update)"
      ),
    ]
    if updates.count > 1 {
      rows += updates.map { ("on \(gridText($0.grid))", "\(milliseconds($0.seconds)) an update") }
    }
    if let modes = trainer.progress.modes {
      rows.append(("modes", "\(modes) at the start, for which memory and time are"))
    }
    return tableText(rows.map { [$0.0, $0.1] })
  }

  /// Measures the result on the test samples, draws it, and writes the summary.
  func finish(_ run: TrainingRun, outcome: TrainingRun.Outcome) throws -> String {
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
    if let modes = progress.modes {
      members.append(.init(key: "modes", value: .array(modes.map { .integer($0) })))
      lines.append("modes      \(modes) in use")
    }
    if data.test.count > 0 {
      let results = try data.readers(data.test, precision: configuration.training.precision).map {
        try measure($0)
      }
      members.append(.init(key: "test", value: EvaluationReport(results[0].evaluation).json))
      if results.count > 1 {
        let grids = results.map { result -> JSONValue in
          [
            "grid": .array(result.reader.signature.gridShape.map { .integer($0) }),
            "metrics": EvaluationReport(result.evaluation).json,
          ]
        }
        members.append(.init(key: "testGrids", value: .array(grids)))
      }
      for result in results {
        guard let error = result.evaluation["relativeL2"] else { continue }
        let grid = results.count > 1 ? " on \(gridText(result.reader.signature.gridShape))" : ""
        lines.append(
          "test       relative L2 \(numberText(error.summary.mean)) over \(counted(data.test.count, "sample"))\(grid)"
        )
      }
      if let picture = try draw(results[0], in: run.directory) { lines.append("picture    \(picture)") }
    }
    try run.directory.writeSummary(.object(members))
    lines.append("checkpoint \(run.directory.lastCheckpoint)")
    return lines.joined(separator: "\n")
  }

  /// The result on the test samples of one grid.
  private typealias TestResult = (reader: SampleReader, predictor: Predictor, evaluation: ModelEvaluation)

  private func measure(_ reader: SampleReader) throws -> TestResult {
    let predictor = Predictor(
      trainer.task.asked(atPointsOf: reader), parameters: trainer.resultWeights, pool: pool)
    return (
      reader, predictor, try ModelEvaluation(predictor, reader, samples: data.test.samples, pool: pool)
    )
  }

  /// Draws predictions, where they are functions on a grid, and says in which file.
  private func draw(_ result: TestResult, in directory: RunDirectory) throws -> String? {
    guard data.signature.queries == nil else { return nil }
    let path = directory.path + "/panels.png"
    try PredictionPanels(
      result.predictor, result.reader, result.evaluation, outputs: data.outputs,
      title: "\(configuration.model.card.identifier) on \(data.test.path)"
    ).write(to: path)
    return path
  }
}
