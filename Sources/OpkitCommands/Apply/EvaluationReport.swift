import Configuration
import Evaluation

/// How an evaluation is printed: a table for people, JSON for scripts.
struct EvaluationReport {
  private let evaluation: ModelEvaluation

  init(_ evaluation: ModelEvaluation) { self.evaluation = evaluation }

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
              "mean": .number(result.summary.mean), "median": .number(result.summary.median),
              "percentile95": .number(result.summary.percentile95), "worst": .number(result.summary.worst),
              "worstSample": .integer(result.summary.worstIndex + evaluation.sampleIndices.lowerBound),
            ])
        })
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
    return tableText([header] + rows)
  }
}
