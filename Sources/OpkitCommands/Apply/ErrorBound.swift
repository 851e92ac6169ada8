import Diagnostics
import Evaluation

/// What `--at-most` asks: that a metric, reduced over the samples, is no more than a number.
struct ErrorBound {
  private enum Statistic: String, CaseIterable {
    case mean, median, percentile95, worst

    func value(of summary: MetricSummary) -> Double {
      switch self {
      case .mean: summary.mean
      case .median: summary.median
      case .percentile95: summary.percentile95
      case .worst: summary.worst
      }
    }
  }

  private let text: String
  private let statistic: Statistic
  private let metric: String
  private let most: Double

  /// - Parameter text: `metric=bound`, or `statistic.metric=bound`.
  init(_ text: String) throws {
    self.text = text
    let sides = text.split(separator: "=", omittingEmptySubsequences: false)
    let names = sides[0].split(separator: ".", omittingEmptySubsequences: false)
    guard sides.count == 2, let most = Double(sides[1]), most.isFinite, let metric = names.last,
      let statistic = names.count == 1 ? .mean : Statistic(rawValue: String(names[0])), names.count <= 2
    else {
      throw Diagnostic(
        "usage.bound", exit: .usage, "'\(text)' is no bound", at: "--at-most \(text)",
        why:
          "it is a metric, perhaps behind \(Statistic.allCases.map(\.rawValue).joined(separator: ", ")), and a number",
        fix: "write it as in --at-most relativeL2=0.02 or --at-most worst.relativeL2=0.1")
    }
    self.statistic = statistic
    guard most >= 0 else {
      throw Diagnostic(
        "usage.bound", exit: .usage, "no error is below \(numberText(most))", at: "--at-most \(text)",
        why: "errors are zero or more", fix: "give a bound above zero")
    }
    self.metric = try MetricRegistry.metric(named: String(metric)).identifier
    self.most = most
  }

  /// - Throws: where what was measured is above the bound, or the metric does not exist for these fields.
  func require(_ evaluation: ModelEvaluation) throws {
    guard let result = evaluation[metric] else {
      throw Diagnostic(
        "usage.bound", exit: .usage, "\(metric) was not measured", at: "--at-most \(text)",
        why: "it does not exist for the fields of these data",
        fix: "choose a metric of the table")
    }
    let value = statistic.value(of: result.summary)
    guard value > most || value.isNaN else { return }
    throw Diagnostic(
      "eval.bound", exit: .thresholdMissed,
      "the \(statistic.rawValue) \(metric) is \(numberText(value, digits: 6)), above \(numberText(most, digits: 6))",
      at: "--at-most \(text)")
  }
}
