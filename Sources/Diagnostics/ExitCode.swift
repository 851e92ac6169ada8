/// Exit statuses of `opkit`: an interface that shell scripts rely on.
public enum ExitCode: Int32, Sendable, CaseIterable {
  /// Done, or nothing left to do.
  case success = 0
  /// The command ran, but the answer is no: a required threshold was missed.
  case thresholdMissed = 1
  /// A flag or a configuration is wrong.
  case usage = 2
  /// An input file is missing, unreadable, corrupt or of the wrong shape.
  case badInput = 3
  /// An output cannot be written, or another run holds it.
  case cannotWrite = 4
  /// Non-finite numbers, divergence, or a tolerance that was not reached.
  case numericalFailure = 5
  /// A defect of opkit itself.
  case internalError = 70
  /// Stopped cleanly by a signal or a time budget; the same command continues.
  case stoppedResumable = 75
}
