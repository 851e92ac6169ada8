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
      by signal (status 75) nothing is left behind; the same command makes the same file. With --resume, solved \
      samples are kept in FILE.progress until the file is complete: after any interruption the same command \
      continues, to the same file.

      Examples:

        opkit generate configs/generate/burgers.json -o burgers.h5
        opkit generate configs/generate/darcy.json -o darcy.h5 --set samples=100 --seed 1
        opkit generate configs/generate/darcy.json -o part-0.h5 --range 0:600
        opkit generate configs/generate/darcy.json -o darcy.h5 --resume
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

  @Flag(help: "Keep solved samples beside the output, and continue from those that are there.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      "Write samples a, …, b-1 only; they equal those of the whole file.", valueName: "a:b"))
  var range: String?

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
    try OutputPath.checkFile(path, force: force, of: .hdf5)
    try OutputPath.check(path, isNot: [config])
    let generation = Generation(
      configuration: configuration, resolved: reader.resolved,
      samples: try SampleRange.parse(range, of: configuration.samples), path: path, force: force,
      isResumable: resume)
    if dryRun {
      try invocation.console.print(generation.estimate(threads: invocation.threads))
      return .success
    }
    return try generation.run(invocation)
  }
}
