import ArgumentParser
import Configuration
import Diagnostics

/// Flags that every command takes.
struct SharedOptions: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Override a configuration key; may be repeated.", valueName: "path.to.key=value"))
  var overrides: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seed of all random numbers; the same as --set seed=N.", valueName: "N"))
  var seed: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Worker threads; results do not depend on it. Default: the processors this process may use.",
      valueName: "N"))
  var threads: Int?

  @Flag(
    name: [.customShort("q"), .customLong("quiet")],
    help: "No notes and no progress, only warnings and errors.")
  var isQuiet = false

  /// Most threads that make sense to ask for; beyond it a typing error is likelier.
  static let maximumThreads = 4096

  func threadCount() throws -> Int {
    guard let threads else { return availableProcessors() }
    guard (1...SharedOptions.maximumThreads).contains(threads) else {
      throw Diagnostic(
        "usage.threads", exit: .usage, "\(threads) threads cannot run", at: "--threads \(threads)",
        fix: "give a number from 1 to \(SharedOptions.maximumThreads), or leave the flag out")
    }
    return threads
  }

  /// The configuration file with `--set` and `--seed` applied, in this order.
  func load(_ path: String) throws -> ConfigDocument {
    var document = try ConfigDocument.load(path: path)
    try apply(to: &document)
    return document
  }

  func apply(to document: inout ConfigDocument) throws {
    for override in overrides { try document.set(override) }
    if let seed { try document.set("seed", to: .integer(seed), flag: "--seed \(seed)") }
  }

  /// Says that flags about a configuration do nothing for a command that reads none.
  func warnOfIdleFlags(_ command: String, _ console: Console) {
    if !overrides.isEmpty { console.warn("--set changes nothing: '\(command)' reads no configuration") }
    if seed != nil { console.warn("--seed changes nothing: '\(command)' draws no random numbers") }
  }
}
