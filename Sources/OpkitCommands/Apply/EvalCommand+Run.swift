import Configuration
import Datasets
import Diagnostics
import Evaluation
import Tensors
import Training

extension Eval {
  func evaluateModel(_ bounds: [ErrorBound], _ invocation: Invocation) throws -> ExitStatus {
    let model = try TrainedModel(path: checkpoint, shared: shared)
    let pool = WorkerPool(workerCount: invocation.threads)
    let (reader, samples) = try samplesToMeasure(model)
    try model.check(reader)
    model.warnOfOtherDomain(reader, invocation.console)
    let tasks = try tasks.map { try TaskGroups(reader.file, field: $0, samples: samples) }
    if let plot { try OutputPath.check(plot, isNot: [reader.file.path]) }
    if let plot, reader.signature.queries != nil {
      throw Diagnostic(
        "usage.plot", exit: .usage, "outputs at scattered points are not drawn", at: "--plot \(plot)",
        why: "pictures show functions on grids", fix: "leave --plot out")
    }
    let predictor = Predictor(model.task.asked(atPointsOf: reader), parameters: model.parameters, pool: pool)
    let progress = invocation.console.progress("eval", total: samples.count, unit: "samples")
    let evaluation = try ModelEvaluation(predictor, reader, samples: samples, pool: pool) {
      progress.update($0)
      try invocation.continueUnlessStopped("the measurement")
    }
    progress.finish()
    if let plot {
      try PredictionPanels(
        predictor, reader, evaluation, outputs: model.file.checkpoint.outputs,
        title: "\(model.configuration.model.card.identifier) on \(reader.file.path)"
      ).write(to: plot)
    }
    let report = EvaluationReport(evaluation, tasks: tasks)
    if json {
      let description: JSONValue = [
        "checkpoint": .string(checkpoint), "data": .string(reader.file.path),
        "grid": .array(reader.signature.gridShape.map { .integer($0) }), "metrics": report.json,
      ]
      try invocation.console.print(description.serialized(indent: 2))
    } else {
      let grid = gridText(reader.signature.gridShape)
      try invocation.console.print(
        "\(counted(samples.count, "sample")) of \(reader.file.path) on \(grid), "
          + "\(milliseconds(evaluation.predictionSeconds / Double(max(1, samples.count)))) a prediction\n\n"
          + report.table)
    }
    if let errors = evaluation["mse"]?.perSample, let place = errors.firstIndex(where: { !$0.isFinite }) {
      throw Diagnostic(
        "eval.non-finite", exit: .numericalFailure,
        "the error of sample \(samples.lowerBound + place) is not finite", at: reader.file.path,
        why: "the prediction, or its square, is not a number that the precision holds",
        fix: "look at the sample's inputs with opkit inspect: the model was not trained on such values")
    }
    for bound in bounds { try bound.require(evaluation) }
    return .success
  }

  /// All samples of `--data`, or the test samples that the checkpoint was trained beside.
  ///
  /// - Parameter stride: every how many-th grid point, instead of what the configuration says.
  func samplesToMeasure(_ model: TrainedModel, stride: Int? = nil) throws -> (SampleReader, Range<Int>) {
    let precision = model.configuration.training.precision
    var configuration = model.configuration.data
    if let stride { configuration.reading.stride = stride }
    if let data {
      let reader = try SampleReader(
        DatasetFile(path: data), mapping: model.file.checkpoint.mapping, options: configuration.testReading,
        precision: precision)
      return (reader, 0..<reader.sampleCount)
    }
    guard model.file.checkpoint.fingerprint != "" else {
      throw Diagnostic(
        "usage.data", exit: .usage, "a converted model has no test samples", at: checkpoint,
        why: "a state dict says nothing about data", fix: "give the samples to measure on with --data FILE.h5"
      )
    }
    let learning = try LearningData(configuration)
    guard learning.test.count > 0 else {
      throw Diagnostic(
        "usage.data", exit: .usage, "the checkpoint was trained without test samples", at: checkpoint,
        why: "data.test is 0 in its configuration", fix: "give the samples to measure on with --data FILE.h5")
    }
    return (try learning.reader(learning.test, precision: precision), learning.test.samples)
  }
}
