import ArgumentParser
import Configuration
import Diagnostics

/// `opkit train`: fits a model to a dataset.
struct Train: OpkitCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train an operator model on a dataset.",
    discussion: """
      The run directory holds the resolved configuration, one line of metrics per epoch, the best and the last \
      checkpoint, and a plot of the losses. A stop by signal or --max-hours ends with status 75; the same \
      command with --resume auto continues to the same bits, so that one unchanged job script can be submitted \
      again and again.

      Examples:

        opkit train configs/train/burgers-fno.json -o runs/burgers
        opkit train configs/train/burgers-fno.json -o runs/burgers --resume auto --max-hours 11.5
        opkit train configs/train/burgers-fno.json --set training.epochs=2 --dry-run
      """)

  /// What to do with a run that is already in the run directory.
  enum Resume: String, CaseIterable, ExpressibleByArgument {
    /// There must be none.
    case never
    /// Continue it, or start if there is none.
    case auto
    /// Continue it; fail if there is none.
    case must
  }

  @Argument(
    help: "Configuration file; 'opkit schema train' describes it.", completion: .file(extensions: ["json"]))
  var config: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Run directory. Default: runs/ and the name of the configuration.", valueName: "rundir"))
  var output: String?

  @Option(help: "What to do with a run that is already there: never, auto (continue or start) or must.")
  var resume: Resume = .never

  @Option(
    help: ArgumentHelp(
      "Start from the weights of a checkpoint, with a fresh optimizer.", valueName: "checkpoint"))
  var initFrom: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Stop cleanly, resumable, before this much time is over.", valueName: "h"))
  var maxHours: Double?

  @Flag(help: "Replace a run that is already there.")
  var force = false

  @Flag(help: "Check everything and print shapes, parameters, memory and time; write nothing.")
  var dryRun = false

  @OptionGroup var shared: SharedOptions

  func execute(in invocation: Invocation) throws -> ExitStatus {
    try checkFlags()
    let document = try shared.load(config)
    let target = RunTarget(path: output ?? "runs/\(OutputPath.stem(of: config))")
    let start = try target.start(resume: resume, force: force)
    return try trainModel(document, target: target, start: start, invocation)
  }

  private func checkFlags() throws {
    if let maxHours, !(maxHours > 0 && maxHours.isFinite) {
      throw Diagnostic(
        "usage.max-hours", exit: .usage, "\(maxHours) hours are no time to train",
        at: "--max-hours \(maxHours)",
        fix: "give a number above 0, such as --max-hours 11.5")
    }
    if force, resume != .never {
      throw Diagnostic(
        "usage.conflict", exit: .usage, "--force and --resume \(resume.rawValue) contradict each other",
        at: "opkit train", why: "--force replaces a run and --resume continues it",
        fix: "give one of the two")
    }
    if initFrom != nil, resume == .must {
      throw Diagnostic(
        "usage.conflict", exit: .usage, "--init-from and --resume must contradict each other",
        at: "opkit train",
        why: "--init-from sets the weights of a new run and --resume must continues one",
        fix: "give one of the two")
    }
    if let initFrom, OutputPath.kind(of: initFrom) != .file {
      throw Diagnostic(
        "input.missing", exit: .badInput, "there is no checkpoint '\(initFrom)'",
        at: "--init-from \(initFrom)",
        fix: "give a .safetensors file of an earlier run")
    }
  }
}
