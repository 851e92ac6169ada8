import ArgumentParser
import Configuration
import Diagnostics

/// `opkit infer`: applies a trained model.
struct Infer: OpkitCommand {
  static let configuration = CommandConfiguration(
    commandName: "infer",
    abstract: "Apply a trained model to inputs and write its predictions.",
    discussion: """
      The input file needs the input fields of the model only; the output is a dataset like any other.

      Example:

        opkit infer runs/burgers/best.safetensors inputs.h5 -o predictions.h5
      """)

  @Argument(help: "Checkpoint file.", completion: .file(extensions: ["safetensors"]))
  var checkpoint: String

  @Argument(help: "Dataset with the inputs.", completion: .file(extensions: ["h5", "nc"]))
  var input: String

  @Option(name: .shortAndLong, help: ArgumentHelp("File to write.", valueName: "file.h5"))
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @OptionGroup var shared: SharedOptions

  func execute(in invocation: Invocation) throws -> ExitStatus {
    try InputPath.check(checkpoint, is: "a checkpoint")
    try InputPath.check(input, is: "a dataset")
    try OutputPath.checkFile(output, force: force)
    return try applyModel(invocation)
  }
}
