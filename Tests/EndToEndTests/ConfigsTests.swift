import Configuration
import Foundation
import Testing

/// A file under `configs/` with the overrides that shrink it.
struct ExampleConfiguration: Sendable, CustomTestStringConvertible {
  /// Path below `configs/`, such as `train/burgers-fno.json`.
  var name: String
  var overrides: [String]

  var testDescription: String { name }
  var path: String { ExampleConfiguration.folder.appendingPathComponent(name).path }
  var stem: String { URL(fileURLWithPath: name).deletingPathExtension().lastPathComponent }
  var flags: [String] { overrides.flatMap { ["--set", $0] } }

  static let folder = Repository.root.appendingPathComponent("configs")

  /// Names of all configurations in the folders of the commands.
  static func names(of command: String) throws -> [String] {
    let files = try FileManager.default.contentsOfDirectory(
      atPath: folder.appendingPathComponent(command).path)
    return files.filter { $0.hasSuffix(".json") }.sorted().map { "\(command)/\($0)" }
  }

  /// The one table of overrides.
  static func table() throws -> [ExampleConfiguration] {
    let document = try ConfigDocument.load(path: folder.appendingPathComponent("smoke.json").path)
    return (document.value.members ?? []).map { member in
      ExampleConfiguration(
        name: member.key, overrides: (member.value.arrayValue ?? []).compactMap(\.stringValue))
    }
  }
}

@Suite("Example configurations")
struct ConfigsTests {
  @Test("every file in configs/ has an entry in configs/smoke.json, and every entry a file")
  func tableIsComplete() throws {
    let files = try ["bench", "generate", "train"].flatMap { try ExampleConfiguration.names(of: $0) }
    #expect(try Set(ExampleConfiguration.table().map(\.name)) == Set(files))
    #expect(!files.isEmpty)
  }

  @Test("every configuration runs at smoke size: generate, then train, eval, infer and inspect")
  func smoke() throws {
    let scratch = try Scratch()
    // The configurations name their files below datasets/: those they generate, and those of the repository.
    try scratch.write("", to: "datasets/generated/.keep")
    try FileManager.default.createSymbolicLink(
      at: scratch.url.appendingPathComponent("datasets/fixtures"),
      withDestinationURL: Repository.root.appendingPathComponent("datasets/fixtures"))
    let table = try ExampleConfiguration.table()
    for example in table where example.name.hasPrefix("generate/") {
      let output = "datasets/generated/\(example.stem).h5"
      let outcome = try Binary.run(
        ["generate", example.path, "-o", output, "-q"] + example.flags, in: scratch)
      #expect(outcome.status == 0, "\(example.name): \(outcome.error)")
    }
    for example in table where example.name.hasPrefix("train/") {
      try chain(example, in: scratch)
    }
  }

  @Test("every benchmark runs at smoke size and says its times as JSON")
  func bench() throws {
    let scratch = try Scratch()
    for example in try ExampleConfiguration.table() where example.name.hasPrefix("bench/") {
      let outcome = try Binary.run(
        ["bench", example.path, "--steps", "1", "--json", "-q"] + example.flags, in: scratch)
      #expect(outcome.status == 0, "\(example.name): \(outcome.error)")
      let report = try JSONValue.parse(outcome.output, source: example.name)
      for key in ["stepMilliseconds", "forwardMilliseconds", "peakMemoryBytes", "operations"] {
        #expect(report[key] != nil, "\(example.name): no \(key)")
      }
      // A process of this project that computes anything takes at least a megabyte, and this one far less than a gigabyte.
      let memory = try #require(report["peakMemoryBytes"]?.intValue)
      #expect((1 << 20..<1 << 30).contains(memory))
    }
  }

  @Test("without a configuration the usual benchmark runs, with its update and each operation")
  func usualBenchmark() throws {
    let outcome = try Binary.run(
      ["bench", "--steps", "1", "-q", "--set", "grid=[16,16]", "--set", "model.modes=4"], in: Scratch())
    #expect(outcome.status == 0, "\(outcome.error)")
    for row in ["parameters", "spectralBlock", "sum of the lanes' gradients", "optimizer"] {
      #expect(outcome.output.contains(row))
    }
  }

  @Test("a step that no memory holds is refused before it is tried")
  func refusedMemory() throws {
    let outcome = try Binary.run(
      ["bench", "--set", "grid=[4096,1024]", "--set", "training.batch=1", "--threads", "4000"], in: Scratch())
    #expect(outcome.status == 2)
    #expect(outcome.error.hasPrefix("error[config.memory]: a training step does not fit into memory"))
  }

  @Test("memory does not grow over a thousand steps and predictions")
  func growth() throws {
    let example = try #require(
      try ExampleConfiguration.table().first { $0.name.hasPrefix("bench/fno1d-1024") })
    let outcome = try Binary.run(
      ["bench", example.path, "--steps", "1000", "--json", "-q"] + example.flags, in: Scratch())
    #expect(outcome.status == 0, "\(outcome.error)")
    let report = try JSONValue.parse(outcome.output, source: example.name)
    // The times that the benchmark itself collects are 72 bytes a round; a leaked frame or batch would be megabytes.
    let growth = try #require(report["memoryGrowthBytes"]?.intValue)
    #expect(growth < 1 << 20, "grew by \(growth) bytes")
  }

  private func chain(_ example: ExampleConfiguration, in scratch: Scratch) throws {
    let run = example.stem
    let checkpoint = "\(run)/best.safetensors"
    let predictions = "\(run)-predictions.h5"
    let data = try dataPath(of: example)
    let steps = [
      ["train", example.path, "-o", run] + example.flags, ["eval", checkpoint],
      ["infer", checkpoint, data, "-o", predictions], ["inspect", run], ["inspect", checkpoint],
      ["inspect", predictions],
    ]
    for step in steps {
      let outcome = try Binary.run(step + ["-q"], in: scratch)
      #expect(outcome.status == 0, "\(example.name), opkit \(step[0]): \(outcome.error)")
      if outcome.status != 0 { return }
    }
  }

  /// Where the shrunken configuration finds its data.
  private func dataPath(of example: ExampleConfiguration) throws -> String {
    var document = try ConfigDocument.load(path: example.path)
    for override in example.overrides { try document.set(override) }
    return try #require(document.value["data"]?["path"]?.stringValue, "\(example.name) names no data")
  }
}
