import ArgumentParser
import Diagnostics

/// `opkit inspect`: what a file or a run directory holds.
struct Inspect: OpkitCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a dataset, a checkpoint or a run directory holds.",
    discussion: """
      A dataset: dimensions, coordinates, variables with units, range and the number of non-finite values, \
      attributes and the configuration that made it. A checkpoint: tensors and the texts stored beside them. A run \
      directory: configuration, last metrics, checkpoints.

      Examples:

        opkit inspect burgers.h5
        opkit inspect runs/burgers
        opkit inspect runs/burgers/best.safetensors --json
      """)

  @Argument(help: "Dataset, checkpoint or run directory.", completion: .file())
  var file: String

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var shared: SharedOptions

  func execute(in invocation: Invocation) throws -> ExitStatus {
    shared.warnOfIdleFlags("inspect", invocation.console)
    let inspection = try Inspection(of: file)
    try invocation.console.print(json ? inspection.json.serialized(indent: 2) : inspection.text)
    return .success
  }
}
