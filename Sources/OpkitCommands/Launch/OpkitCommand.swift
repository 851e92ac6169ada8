import ArgumentParser
import Diagnostics

/// The status with which opkit ends (the argument parser has a type of the same name).
typealias ExitStatus = Diagnostics.ExitCode

/// A subcommand: its flags, and what it does with them.
protocol OpkitCommand: ParsableCommand {
  var shared: SharedOptions { get }

  /// Does the work.
  ///
  /// - Throws: a `Diagnosable` for everything that a user can cause.
  func execute(in invocation: Invocation) throws -> ExitStatus
}

/// What every command runs with.
struct Invocation {
  let console: Console
  let stop: StopRequest
  /// Worker threads, at least 1.
  let threads: Int

  /// Ends a command that writes nothing to continue from, once a signal has asked for it.
  func continueUnlessStopped(_ work: String) throws {
    if stop.isRequested {
      throw Diagnostic(
        "stopped", exit: .stoppedResumable, "\(work) was stopped by a signal", fix: "run the command again")
    }
  }
}
