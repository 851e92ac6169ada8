import Configuration
import Diagnostics

/// The configuration of `opkit train`, as the Training module reads it.
struct TrainConfiguration {
  init(from reader: ConfigReader) throws {}
}

extension Train {
  func trainModel(
    _ document: ConfigDocument, target: RunTarget, start: RunTarget.Start, _ invocation: Invocation
  ) throws -> ExitStatus {
    throw unavailable("train")
  }
}

extension Eval {
  func evaluateModel(_ invocation: Invocation) throws -> ExitStatus { throw unavailable("eval") }
}

extension Infer {
  func applyModel(_ invocation: Invocation) throws -> ExitStatus { throw unavailable("infer") }
}

private func unavailable(_ command: String) -> Diagnostic {
  Diagnostic("internal", exit: .internalError, "'opkit \(command)' is not part of this build")
}
