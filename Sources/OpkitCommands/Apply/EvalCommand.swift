import ArgumentParser
import Configuration
import Diagnostics

/// `opkit eval`: measures a trained model.
struct Eval: OpkitCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measure a trained model on a dataset.",
    discussion: """
      Without --data, the test samples that the checkpoint was trained beside. Metrics are those of the physical \
      fields: normalisation is undone first.

      Examples:

        opkit eval runs/burgers/best.safetensors
        opkit eval runs/burgers/best.safetensors --data burgers-fine.h5
        opkit eval runs/burgers/best.safetensors --json
        opkit eval runs/fisher/best.safetensors --tasks family
      """)

  @Argument(help: "Checkpoint file.", completion: .file(extensions: ["safetensors"]))
  var checkpoint: String

  @Option(help: ArgumentHelp("Another dataset to measure on.", valueName: "file.h5"))
  var data: String?

  @Option(help: ArgumentHelp("Draw input, truth, prediction and error to this file.", valueName: "file.png"))
  var plot: String?

  @Option(
    help: ArgumentHelp(
      "Report each task by itself: the channel of this field that is largest names a sample's task.",
      valueName: "field"))
  var tasks: String?

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var shared: SharedOptions

  func execute(in invocation: Invocation) throws -> ExitStatus {
    try InputPath.check(checkpoint, is: "a checkpoint")
    if let data { try InputPath.check(data, is: "a dataset") }
    return try evaluateModel(invocation)
  }
}
