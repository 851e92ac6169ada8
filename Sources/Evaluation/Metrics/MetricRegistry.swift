import Diagnostics

/// All metrics, alphabetically by their identifiers.
public enum MetricRegistry {
  public static let entries: [any Metric] = [
    MaxError(),
    MeanSquaredError(),
    NormalizedRMSE(),
    RelativeH1(),
    RelativeL1(),
    RelativeL2(),
    RelativeSpectralH1(),
    RootMeanSquaredError(),
    VarianceScaledRMSE(),
  ]

  /// The metric of a name.
  public static func metric(named name: String) throws(MetricError) -> any Metric {
    guard let metric = entries.first(where: { $0.identifier == name }) else {
      throw .unknownMetric(name: name, known: entries.map(\.identifier))
    }
    return metric
  }
}

/// What can go wrong with metrics; the sentences stand in ``diagnostic``.
public enum MetricError: Error, Sendable, Equatable {
  case unknownMetric(name: String, known: [String])
}

extension MetricError: Diagnosable {
  public var diagnostic: Diagnostic {
    switch self {
    case .unknownMetric(let name, let known):
      Diagnostic(
        "metric.unknown", exit: .usage, "there is no metric '\(name)'",
        why: "known are \(known.joined(separator: ", "))",
        fix: nearestName(to: name, among: known).map { "write '\($0)'" } ?? "choose one of them")
    }
  }
}
