import Configuration
import Evaluation

/// How an evaluation is printed: a table for people, JSON for scripts.
struct EvaluationReport {
  private let evaluation: ModelEvaluation
  private let tasks: TaskGroups?

  init(_ evaluation: ModelEvaluation, tasks: TaskGroups? = nil) {
    self.evaluation = evaluation
    self.tasks = tasks
  }

  /// Means of every metric over the samples of each task that has any.
  private var taskMeans: [(name: String, count: Int, means: [Double])] {
    guard let tasks else { return [] }
    return tasks.names.enumerated().compactMap { index, name in
      let summaries = evaluation.results.compactMap {
        MetricSummary(perSample: tasks.values(index, of: $0.perSample))
      }
      return summaries.first.map { (name, $0.count, summaries.map(\.mean)) }
    }
  }

  var json: JSONValue {
    .object(
      [
        .init(key: "samples", value: .integer(evaluation.sampleCount)),
        .init(key: "predictionSeconds", value: .number(evaluation.predictionSeconds)),
      ]
        + evaluation.results.map { result in
          .init(
            key: result.metric.identifier,
            value: [
              "mean": .number(result.summary.mean), "trimmedMean": .number(result.summary.trimmedMean),
              "median": .number(result.summary.median),
              "percentile95": .number(result.summary.percentile95), "worst": .number(result.summary.worst),
              "worstSample": .integer(result.summary.worstIndex + evaluation.sampleIndices.lowerBound),
            ])
        }
        + (tasks == nil
          ? []
          : [
            .init(
              key: "tasks",
              value: .object(
                taskMeans.map { task in
                  .init(
                    key: task.name,
                    value: .object(
                      [.init(key: "samples", value: .integer(task.count))]
                        + zip(evaluation.results, task.means).map {
                          .init(key: $0.metric.identifier, value: .number($1))
                        }))
                }))
          ]))
  }

  var table: String {
    let header = ["metric", "mean", "median", "p95", "worst", "sample"]
    let rows = evaluation.results.map { result in
      [
        result.metric.identifier, numberText(result.summary.mean), numberText(result.summary.median),
        numberText(result.summary.percentile95), numberText(result.summary.worst),
        String(result.summary.worstIndex + evaluation.sampleIndices.lowerBound),
      ]
    }
    let table = tableText([header] + rows)
    if tasks == nil { return table }
    let head = ["mean of each task", "samples"] + evaluation.results.map(\.metric.identifier)
    return table + "\n\n"
      + tableText([head] + taskMeans.map { [$0.name, String($0.count)] + $0.means.map { numberText($0) } })
  }
}
