import ArgumentParser
import Autodiff
import Configuration
import Datasets
import Diagnostics
import Tensors
import Training

/// `opkit bench`: how fast a model trains and predicts here.
struct Bench: OpkitCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time a model's training step and prediction on this machine.",
    discussion: """
      Steps are whole ones, through the path that 'train' takes: forward, backward, optimizer; predictions are those of \
      'infer'. Beside them stand the speed that one core reached at that moment on a matrix product in its cache and on \
      arrays in memory, because shared machines vary.

      Example:

        opkit bench configs/bench/fno2d-64.json
      """)

  @Argument(
    help: "Configuration file; 'opkit schema bench' describes it.", completion: .file(extensions: ["json"]))
  var config: String

  @Option(help: "Steps to time, after two that warm up.")
  var steps = 10

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var shared: SharedOptions

  func execute(in invocation: Invocation) throws -> ExitStatus {
    guard (1...100_000).contains(steps) else {
      throw Diagnostic(
        "usage.steps", exit: .usage, "\(steps) steps cannot be timed", at: "--steps \(steps)",
        fix: "give a number from 1 to 100000")
    }
    let reader = ConfigReader(try shared.load(config))
    let configuration = try BenchConfiguration(from: reader)
    try reader.finish()
    let report = BenchReport(try BenchRun(configuration, steps: steps, invocation))
    try invocation.console.print(json ? report.json.serialized(indent: 2) : report.text)
    return .success
  }
}
