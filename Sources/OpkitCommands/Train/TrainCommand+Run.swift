import Configuration
import Training

extension Train {
  func trainModel(
    _ document: ConfigDocument, target: RunTarget, start: RunTarget.Start, _ invocation: Invocation
  ) throws -> ExitStatus {
    let started = now()
    let session = try TrainingSession(
      document, initializeFrom: initFrom,
      continues: start == .resume && RunDirectory.hasCheckpoint(in: target.path), invocation: invocation)
    if dryRun {
      try invocation.console.print(session.estimate())
      return .success
    }
    return try session.run(in: target, start: start, maxHours: maxHours, started: started)
  }
}
