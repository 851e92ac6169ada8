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

      A model with a trunk, such as a DeepONet, can be asked at any points: --points names a text file with one \
      point a line, its coordinates separated by spaces or commas, time last where the output has times.

      Examples:

        opkit infer runs/burgers/best.safetensors inputs.h5 -o predictions.h5
        opkit infer runs/deeponet/best.safetensors inputs.h5 --points points.csv -o predictions.h5
      """)

  @Argument(help: "Checkpoint file.", completion: .file(extensions: ["safetensors"]))
  var checkpoint: String

  @Argument(help: "Dataset with the inputs.", completion: .file(extensions: ["h5", "nc"]))
  var input: String

  @Option(name: .shortAndLong, help: ArgumentHelp("File to write.", valueName: "file.h5"))
  var output: String

  @Option(help: ArgumentHelp("Ask for the output at these points.", valueName: "file"), completion: .file())
  var points: String?

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @OptionGroup var shared: SharedOptions

  func execute(in invocation: Invocation) throws -> ExitStatus {
    try InputPath.check(checkpoint, is: "a checkpoint")
    try InputPath.check(input, is: "a dataset")
    if let points { try InputPath.check(points, is: "a list of points") }
    try OutputPath.checkFile(output, force: force, of: .hdf5)
    try OutputPath.check(output, isNot: [checkpoint, input] + (points.map { [$0] } ?? []))
    return try applyModel(invocation)
  }
}
