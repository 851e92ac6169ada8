import ArgumentParser
import Configuration
import Diagnostics
import LinearAlgebra

/// The whole program: reads the command line, runs one command, renders its error, chooses the exit status.
public enum Program {
  /// - Parameter arguments: the command line without the program's name.
  /// - Returns: the exit status.
  public static func run(_ arguments: [String]) -> Int32 {
    StandardStreams.openClosed()
    let stop = StopRequest.fromSignals()
    precondition(LibraryThreads.areStopped)
    let parsed: any ParsableCommand
    do {
      parsed = try Opkit.parseAsRoot(arguments)
    } catch {
      return finish(parsingError: error, arguments)
    }
    guard let command = parsed as? any OpkitCommand else { return runBuiltIn(parsed, arguments) }
    let console = Console(quiet: command.shared.isQuiet)
    do {
      let threads = try command.shared.threadCount()
      return try command.execute(in: Invocation(console: console, stop: stop, threads: threads)).rawValue
    } catch {
      let diagnostic = (error as? any Diagnosable)?.diagnostic ?? unexpected(error)
      console.report(diagnostic)
      return diagnostic.exitCode.rawValue
    }
  }

  /// Help of the root, and whatever else the argument parser runs by itself.
  private static func runBuiltIn(_ command: any ParsableCommand, _ arguments: [String]) -> Int32 {
    var command = command
    do {
      try command.run()
      return ExitStatus.success.rawValue
    } catch {
      return finish(parsingError: error, arguments)
    }
  }

  /// Requests for help and the version are answered on standard output; anything else is a usage error.
  private static func finish(parsingError error: any Error, _ arguments: [String]) -> Int32 {
    let console = Console()
    if Opkit.exitCode(for: error).isSuccess {
      do {
        try console.print(Opkit.fullMessage(for: error))
        return ExitStatus.success.rawValue
      } catch {
        let diagnostic = (error as? any Diagnosable)?.diagnostic ?? unexpected(error)
        console.report(diagnostic)
        return diagnostic.exitCode.rawValue
      }
    }
    let names = Opkit.configuration.subcommands.compactMap { $0.configuration.commandName }
    let word = arguments.first ?? ""
    let command = names.contains(word) ? "opkit \(word)" : "opkit"
    let meant = command == "opkit" ? nearestName(to: word, among: names) : nil
    console.report(
      Diagnostic(
        "usage", exit: .usage, usageSummary(Opkit.message(for: error)), at: command,
        fix: meant.map { "write 'opkit \($0)'" } ?? "run '\(command) --help' to see what it takes"))
    return ExitStatus.usage.rawValue
  }

  /// The parser's sentence on one line, without its full stop.
  private static func usageSummary(_ message: String) -> String {
    let line = message.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
    let sentence = line.hasSuffix(".") ? line.dropLast() : line[...]
    return sentence.prefix(1).lowercased() + sentence.dropFirst()
  }

  private static func unexpected(_ error: any Error) -> Diagnostic {
    Diagnostic(
      "internal", exit: .internalError, "an error that opkit did not foresee: \(error)",
      why: "this is a defect of opkit, not of your input",
      fix: "please report the command, this text and the output of 'opkit --version'")
  }
}
