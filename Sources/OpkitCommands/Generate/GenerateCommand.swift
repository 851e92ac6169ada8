import ArgumentParser
import Configuration
import Diagnostics

/// `opkit generate`: solves a PDE many times and writes the dataset.
struct Generate: OpkitCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Solve a PDE for many random inputs and write the dataset.",
    discussion: """
      The file is HDF5 and at the same time netCDF-4: h5py, xarray and ncdump open it. It appears when it is \
      complete. A sample depends on the seed and its index alone, never on the number of threads. After a stop \
      by signal (status 75) nothing is left behind; the same command makes the same file.

      Examples:

        opkit generate configs/generate/burgers.json -o burgers.h5
        opkit generate configs/generate/darcy.json -o darcy.h5 --set samples=100 --seed 1
        opkit generate configs/generate/burgers.json --dry-run
      """)

  @Argument(
    help: "Configuration file; 'opkit schema generate' describes it.", completion: .file(extensions: ["json"])
  )
  var config: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("File to write. Default: 'output' of the configuration.", valueName: "file.h5"))
  var output: String?

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @Flag(help: "Check everything and print sizes and the time to expect; write nothing.")
  var dryRun = false

  @OptionGroup var shared: SharedOptions

  func execute(in invocation: Invocation) throws -> ExitStatus {
    let reader = ConfigReader(try shared.load(config))
    let configuration = try GenerateConfiguration(from: reader)
    try reader.finish()
    guard let path = output ?? configuration.output else {
      throw Diagnostic(
        "usage.output", exit: .usage, "there is no file to write to", at: "opkit generate \(config)",
        fix: "give one with -o FILE.h5, or set \"output\" in the configuration")
    }
    try OutputPath.checkFile(path, force: force)
    let generation = Generation(
      configuration: configuration, resolved: reader.resolved, path: path, force: force)
    if dryRun {
      try invocation.console.print(generation.estimate(threads: invocation.threads))
      return .success
    }
    return try generation.run(invocation)
  }
}
