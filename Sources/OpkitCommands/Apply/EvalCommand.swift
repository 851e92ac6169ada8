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

      With --resolutions, the samples are thinned to several grids and the same weights are applied on each: the \
      table shows the error and how far predictions on one grid are from those on the next, and says in words whether \
      the error is flat and the model discretisation-convergent.

      With --at-most, the exit status says whether the model is good enough: 1 if a mean over the samples is above its \
      bound. A statistic may be named before the metric: median, percentile95 or worst.

      Examples:

        opkit eval runs/burgers/best.safetensors
        opkit eval runs/burgers/best.safetensors --data burgers-fine.h5
        opkit eval runs/burgers/best.safetensors --json
        opkit eval runs/fisher/best.safetensors --tasks family
        opkit eval runs/burgers/best.safetensors --resolutions 256,512,1024
        opkit eval runs/burgers/best.safetensors --at-most relativeL2=0.02 --at-most worst.relativeL2=0.1
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

  @Option(
    help: ArgumentHelp(
      "Compare grids with these numbers of points along the first axis.", valueName: "n,n,…"))
  var resolutions: String?

  @Option(
    name: .customLong("at-most"),
    help: ArgumentHelp(
      "Fail if a metric is above this; may be repeated.", valueName: "[statistic.]metric=bound"))
  var bounds: [String] = []

  @Flag(help: "Replace the picture if it exists.")
  var force = false

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var shared: SharedOptions

  func execute(in invocation: Invocation) throws -> ExitStatus {
    try InputPath.check(checkpoint, is: "a checkpoint")
    if let data { try InputPath.check(data, is: "a dataset") }
    if let plot {
      try OutputPath.checkFile(plot, force: force, of: .png)
      try OutputPath.check(plot, isNot: [checkpoint])
    }
    let bounds = try bounds.map(ErrorBound.init)
    if let resolutions {
      if !bounds.isEmpty {
        throw Diagnostic(
          "usage.bound", exit: .usage, "--at-most is about the errors on one grid", at: "--at-most",
          why: "--resolutions measures several", fix: "ask in a command of its own, without --resolutions")
      }
      if tasks != nil {
        throw Diagnostic(
          "usage.tasks", exit: .usage, "--tasks and --resolutions are two tables", at: "--tasks",
          why: "--resolutions compares grids, with all samples together",
          fix: "report tasks in a command of its own, without --resolutions")
      }
      if plot != nil {
        throw Diagnostic(
          "usage.plot", exit: .usage, "--plot draws the samples of one grid", at: "--plot",
          why: "--resolutions measures several", fix: "draw in a command of its own, without --resolutions")
      }
      return try studyResolutions(Eval.resolutions(resolutions), invocation)
    }
    return try evaluateModel(bounds, invocation)
  }
}
