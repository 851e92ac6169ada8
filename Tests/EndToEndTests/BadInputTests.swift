import Solvers
import Testing

/// One mistake at the command line, and all that the user sees of it.
struct Mistake: Sendable, CustomTestStringConvertible {
  var name: String
  var files: [String: String] = [:]
  var arguments: [String]
  var status: Int32
  var error: String

  var testDescription: String { name }

  private static let good = #"{"problem": "burgers", "samples": 2}"#

  static let all: [Mistake] = usage + configuration + files + outputs

  static let usage: [Mistake] = [
    .init(
      name: "unknown command", arguments: ["generat"], status: 2,
      error: """
        error[usage]: unexpected argument 'generat'
          at    opkit
          fix   write 'opkit generate'
        """),
    .init(
      name: "unknown flag", arguments: ["train", "c.json", "--epoch", "3"], status: 2,
      error: """
        error[usage]: unknown option '--epoch'
          at    opkit train
          fix   run 'opkit train --help' to see what it takes
        """),
    .init(
      name: "missing argument", arguments: ["infer", "a.safetensors"], status: 2,
      error: """
        error[usage]: missing expected argument '<input>'
          at    opkit infer
          fix   run 'opkit infer --help' to see what it takes
        """),
    .init(
      name: "no threads", arguments: ["list", "--threads", "0"], status: 2,
      error: """
        error[usage.threads]: 0 threads cannot run
          at    --threads 0
          fix   give a number from 1 to 4096, or leave the flag out
        """),
    .init(
      name: "negative seed", files: ["c.json": good],
      arguments: ["generate", "c.json", "-o", "x.h5", "--seed", "-1"],
      status: 2,
      error: """
        error[config.range]: seed = -1 is out of range
          at    --seed -1: seed
          why   seed; a sample depends on seed and index alone
          fix   set seed to an integer of at least 0
        """),
    .init(
      name: "no output", files: ["c.json": good], arguments: ["generate", "c.json"], status: 2,
      error: """
        error[usage.output]: there is no file to write to
          at    opkit generate c.json
          fix   give one with -o FILE.h5, or set "output" in the configuration
        """),
    .init(
      name: "contradicting flags", arguments: ["train", "c.json", "--force", "--resume", "auto"], status: 2,
      error: """
        error[usage.conflict]: --force and --resume auto contradict each other
          at    opkit train
          why   --force replaces a run and --resume continues it
          fix   give one of the two
        """),
    .init(
      name: "no time", arguments: ["train", "c.json", "--max-hours", "0"], status: 2,
      error: """
        error[usage.max-hours]: 0.0 hours are no time to train
          at    --max-hours 0.0
          fix   give a number above 0, such as --max-hours 11.5
        """),
  ]

  static let configuration: [Mistake] = [
    .init(
      name: "missing configuration", arguments: ["generate", "c.json"], status: 2,
      error: """
        error[config.file]: cannot read the configuration 'c.json'
          at    c.json
          why   No such file or directory
          fix   give the path of a JSON file that exists; configs/ has examples
        """),
    .init(
      name: "configuration is a directory", arguments: ["generate", "."], status: 2,
      error: """
        error[config.file]: cannot read the configuration '.'
          at    .
          why   Is a directory
          fix   give the path of a JSON file that exists; configs/ has examples
        """),
    .init(
      name: "bad JSON", files: ["c.json": "{\n  \"samples\": 2\n  \"seed\": 1\n}"],
      arguments: ["generate", "c.json"],
      status: 2,
      error: """
        error[config.syntax]: not valid JSON: expected ',' or '}'
          at    c.json:3:3
          fix   correct the text at this line and column
        """),
    .init(
      name: "misspelt key",
      files: ["c.json": #"{"problem": {"type": "burgers", "viscosty": 1}, "samples": 2}"#],
      arguments: ["generate", "c.json", "-o", "x.h5"], status: 2,
      error: """
        error[config.unknown-key]: unknown key 'viscosty'
          at    c.json:1:33: problem.viscosty
          why   keys allowed here: type, epsilon, viscosity, length, points, initial, finalTime, snapshots, times, scheme, workingPoints, accuracy
          fix   rename it to 'viscosity'
        """),
    .init(
      name: "wrong type", files: ["c.json": #"{"problem": "burgers", "samples": "two"}"#],
      arguments: ["generate", "c.json", "-o", "x.h5"], status: 2,
      error: """
        error[config.type]: samples is the text "two"
          at    c.json:1:35: samples
          why   it must be an integer from 1 to 100000000
          fix   set samples to an integer from 1 to 100000000
        """),
    .init(
      name: "out of range", files: ["c.json": #"{"problem": "burgers", "samples": 0}"#],
      arguments: ["generate", "c.json", "-o", "x.h5"], status: 2,
      error: """
        error[config.range]: samples = 0 is out of range
          at    c.json:1:35: samples
          why   number of samples to solve
          fix   set samples to an integer from 1 to 100000000
        """),
    .init(
      name: "missing key", files: ["c.json": #"{"problem": "burgers"}"#],
      arguments: ["generate", "c.json", "-o", "x.h5"], status: 2,
      error: """
        error[config.missing]: samples is missing
          at    c.json:1:1: samples
          why   it has no default: number of samples to solve
          fix   add "samples" with an integer from 1 to 100000000
        """),
    .init(
      name: "unknown problem", files: ["c.json": #"{"problem": {"type": "burger"}, "samples": 1}"#],
      arguments: ["generate", "c.json", "-o", "x.h5"], status: 2,
      error: """
        error[config.choice]: problem.type = "burger" is unknown
          at    c.json:1:22: problem.type
          why   known: \(ProblemRegistry.entries.map(\.card.identifier).joined(separator: ", "))
          fix   set problem.type to "burgers"
        """),
    .init(
      name: "misspelt override", files: ["c.json": good],
      arguments: ["generate", "c.json", "-o", "x.h5", "--set", "sample=3"], status: 2,
      error: """
        error[config.unknown-key]: unknown key 'sample'
          at    --set sample=3: sample
          why   keys allowed here: problem, samples, seed, storage, output
          fix   rename it to 'samples'
        """),
  ]

  static let files: [Mistake] = [
    .init(
      name: "nothing to inspect", arguments: ["inspect", "x.h5"], status: 3,
      error: """
        error[input.missing]: there is nothing at 'x.h5'
          at    x.h5
          fix   give the path of a dataset, a checkpoint or a run directory
        """),
    .init(
      name: "a directory that is no run", files: ["d/a": ""], arguments: ["inspect", "d"], status: 3,
      error: """
        error[input.no-run]: 'd' is no run directory
          at    d
          why   it has no file 'config.resolved.json'
          fix   give the directory that 'opkit train' wrote
        """),
    .init(
      name: "missing checkpoint", arguments: ["eval", "best.safetensors"], status: 3,
      error: """
        error[input.missing]: there is no file 'best.safetensors'
          at    best.safetensors
          fix   give the path of a checkpoint that exists
        """),
    .init(
      name: "data in a checkpoint's place", files: ["data.npz": "PK\u{3}\u{4} and more"],
      arguments: ["eval", "data.npz"], status: 3,
      error: """
        error[input.safetensors]: 'data.npz' is a zip archive, such as NPZ files and PyTorch's
          at    data.npz
          why   a safetensors file is read here
          fix   give a model's checkpoint, as the best.safetensors of a run
        """),
    .init(
      name: "an output of another format", files: ["c.safetensors": "", "x.h5": ""],
      arguments: ["infer", "c.safetensors", "x.h5", "-o", "y.npz"], status: 2,
      error: """
        error[usage.output]: HDF5 is written, which is no .npz file
          at    y.npz
          fix   give a name that ends with .h5
        """),
    .init(
      name: "missing input", files: ["c.safetensors": ""],
      arguments: ["infer", "c.safetensors", "x.h5", "-o", "y.h5"], status: 3,
      error: """
        error[input.missing]: there is no file 'x.h5'
          at    x.h5
          fix   give the path of a dataset that exists
        """),
    .init(
      name: "missing weights to start from", arguments: ["train", "c.json", "--init-from", "w.safetensors"],
      status: 3,
      error: """
        error[input.missing]: there is no checkpoint 'w.safetensors'
          at    --init-from w.safetensors
          fix   give a .safetensors file of an earlier run
        """),
    .init(
      name: "nothing to resume", files: ["c.json": "{}"],
      arguments: ["train", "c.json", "-o", "run", "--resume", "must"], status: 3,
      error: """
        error[input.no-run]: 'run' holds no run to continue
          at    run
          why   --resume must was given
          fix   start one with --resume auto, or correct -o
        """),
  ]

  static let outputs: [Mistake] = [
    .init(
      name: "existing output", files: ["c.json": good, "x.h5": "precious"],
      arguments: ["generate", "c.json", "-o", "x.h5"], status: 4,
      error: """
        error[output.exists]: 'x.h5' exists already
          at    x.h5
          fix   choose another name, or give --force to replace it
        """),
    .init(
      name: "output in a missing directory", files: ["c.json": good],
      arguments: ["generate", "c.json", "-o", "a/b/x.h5"], status: 4,
      error: """
        error[output.no-directory]: there is no directory 'a/b' to write in
          at    a/b/x.h5
          fix   make it with 'mkdir -p a/b', or choose another place
        """),
    .init(
      name: "output is a directory", files: ["c.json": good, "d/a": ""],
      arguments: ["generate", "c.json", "-o", "d", "--force"], status: 4,
      error: """
        error[output.not-a-file]: 'd' is not a file
          at    d
          fix   choose a file name
        """),
    .init(
      name: "output is the configuration", files: ["c.json": good],
      arguments: ["generate", "c.json", "-o", "c.json", "--force"], status: 4,
      error: """
        error[output.input]: 'c.json' is read by this command
          at    c.json
          fix   choose another name
        """),
    .init(
      name: "existing run", files: ["c.json": "{}", "run/config.resolved.json": "{}"],
      arguments: ["train", "c.json", "-o", "run"], status: 4,
      error: """
        error[output.exists]: 'run' holds a run already
          at    run
          fix   continue it with --resume auto, replace it with --force, or choose another one with -o
        """),
    .init(
      name: "run directory with other files", files: ["c.json": "{}", "home/thesis.tex": ""],
      arguments: ["train", "c.json", "-o", "home", "--force"], status: 4,
      error: """
        error[output.foreign]: 'home' holds files that are no run of opkit
          at    home
          why   found thesis.tex
          fix   choose a new or empty run directory with -o
        """),
  ]
}

@Suite("Mistakes at the command line")
struct BadInputTests {
  @Test(
    "each is said in the four-line form with its status, and leaves nothing behind", arguments: Mistake.all)
  func golden(_ mistake: Mistake) throws {
    let scratch = try Scratch()
    for (name, text) in mistake.files { try scratch.write(text, to: name) }
    let before = scratch.contents
    let outcome = try Binary.run(mistake.arguments, in: scratch)
    #expect(outcome.error == mistake.error + "\n")
    #expect(outcome.status == mistake.status)
    #expect(outcome.output == "")
    #expect(scratch.contents == before)
    for (name, text) in mistake.files { #expect(try scratch.data(name).elementsEqual(text.utf8)) }
  }
}
