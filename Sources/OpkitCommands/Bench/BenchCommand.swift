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

      Without a configuration it is the original Fourier network on 64 x 64 points, width 32, 12 modes, 20 samples a batch.

      Examples:

        opkit bench
        opkit bench configs/bench/fno1d-1024.json --threads 1
      """)

  @Argument(
    help: "Configuration file; 'opkit schema bench' describes it.", completion: .file(extensions: ["json"]))
  var config: String?

  /// What is timed when no configuration is named.
  private static func usual() throws -> ConfigDocument {
    try .parse(
      """
      {"model": {"type": "fno-original", "modes": 12, "width": 32}, "grid": [64, 64], "training": {"batch": 20}}
      """, source: "the usual benchmark")
  }

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
    var document = try config.map(ConfigDocument.load) ?? Bench.usual()
    try shared.apply(to: &document)
    let reader = ConfigReader(document)
    let configuration = try BenchConfiguration(from: reader)
    try reader.finish()
    let report = BenchReport(try BenchRun(configuration, steps: steps, invocation))
    try invocation.console.print(json ? report.json.serialized(indent: 2) : report.text)
    return .success
  }
}
