import Configuration
import Training

/// What may change between the parts of one run. Everything that its numbers depend on must stay.
enum RunContinuity {
  /// Keys that may differ: they say how long, how often and where from, not what is computed. How long does say it where the
  /// schedule depends on it.
  private static let free: Set<String> = [
    "training.epochs", "training.checkpointMinutes", "training.recompute", "training.initializeFrom",
    "data.path", "data.testPath",
    "data.test", "$schema", "$comment",
  ]

  /// - Parameter schedule: of the run as it is asked for now.
  /// - Throws: ``TrainingError/otherRun(path:key:run:now:)`` for the first key that changed.
  static func check(
    _ file: CheckpointFile, configuration: JSONValue, schedule: any Schedule, fingerprint: String
  ) throws {
    let free = schedule.dependsOnLength ? free.subtracting(["training.epochs"]) : free
    if let (key, run, now) = difference(file.checkpoint.configuration, configuration, path: "", free: free) {
      throw TrainingError.otherRun(path: file.path, key: key, run: run, now: now)
    }
    if file.checkpoint.fingerprint != fingerprint {
      throw TrainingError.otherRun(
        path: file.path, key: "the training data", run: "SHA-256 \(file.checkpoint.fingerprint.prefix(12))…",
        now: "\(fingerprint.prefix(12))…")
    }
  }

  private static func difference(
    _ a: JSONValue, _ b: JSONValue, path: String, free: Set<String>
  ) -> (String, String, String)? {
    if a == b || free.contains(path) { return nil }
    guard case .object(let left) = a, case .object(let right) = b else {
      return (path, a.serialized(indent: nil), b.serialized(indent: nil))
    }
    for key in left.map(\.key) + right.map(\.key).filter({ a[$0] == nil }) {
      let inner = path.isEmpty ? key : "\(path).\(key)"
      if let found = difference(a[key] ?? .null, b[key] ?? .null, path: inner, free: free) { return found }
    }
    return nil
  }
}
