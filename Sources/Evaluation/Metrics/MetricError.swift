import Diagnostics

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
