import Configuration
import Datasets
import Foundation
import Testing

extension Scratch {
  /// Every value of a variable of a dataset, as bits.
  func bits(_ variable: String, of name: String) throws -> [UInt64] {
    let file = try DatasetFile(path: url.appendingPathComponent(name).path)
    return try file.values(of: #require(file[variable])).map(\.bitPattern)
  }
}

@Suite("Commands")
struct CommandTests {
  /// A dataset of a fraction of a second.
  private static let tiny = #"{"problem": {"type": "burgers", "points": 64, "viscosity": 0.5}, "samples": 6}"#

  private func tinyScratch() throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write(CommandTests.tiny, to: "c.json")
    return scratch
  }

  @Test("files have the same bytes at any time for any number of threads, and other values for another seed")
  func threads() throws {
    let scratch = try tinyScratch()
    var worst: [[Substring]] = []
    for (name, flags) in [("a", ["--threads", "1"]), ("b", ["--threads", "3"]), ("c", ["--seed", "1"])] {
      let outcome = try Binary.run(["generate", "c.json", "-o", "\(name).h5"] + flags, in: scratch)
      #expect(outcome.status == 0, "\(outcome.error)")
      worst.append(outcome.output.split(separator: "\n").filter { $0.contains("worst") })
      // File formats that keep times of creation keep them in whole seconds.
      Thread.sleep(forTimeInterval: 1.1)
    }
    let files = try ["a.h5", "b.h5"].map { try Data(contentsOf: scratch.url.appendingPathComponent($0)) }
    #expect(files[0] == files[1])
    #expect(worst[0] == worst[1] && worst[0].count > 2, "the worst samples of the summary")
    #expect(try scratch.bits("u", of: "a.h5") == scratch.bits("u", of: "b.h5"))
    #expect(try scratch.bits("u", of: "a.h5") != scratch.bits("u", of: "c.h5"))
  }

  @Test(
    "generate reports on stdout, progress on stderr without control bytes, and --quiet silences only that")
  func streams() throws {
    let scratch = try tinyScratch()
    let loud = try Binary.run(["generate", "c.json", "-o", "a.h5"], in: scratch)
    #expect(loud.output.hasPrefix("wrote"))
    #expect(loud.output.contains("timeError"))
    #expect(loud.error.hasPrefix("generate  0/6 samples"))
    #expect(loud.error.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
    let quiet = try Binary.run(["generate", "c.json", "-o", "a.h5", "--force", "-q"], in: scratch)
    #expect(quiet.status == 0 && quiet.error == "" && quiet.output.hasPrefix("wrote"))
    #expect(scratch.contents == ["a.h5", "c.json"])
  }

  @Test("a dry run says what would happen and writes nothing")
  func dryRun() throws {
    let scratch = try tinyScratch()
    let outcome = try Binary.run(["generate", "c.json", "-o", "a.h5", "--dry-run"], in: scratch)
    #expect(outcome.status == 0 && outcome.error == "")
    for word in ["axis x", "64 points", "field u", "6 × 2 × 64 float32", "memory", "time"] {
      #expect(outcome.output.contains(word), "\(word) is missing")
    }
    #expect(scratch.contents == ["c.json"])
  }

  @Test("the configuration in a file makes the same samples again")
  func reproduction() throws {
    let scratch = try tinyScratch()
    _ = try Binary.run(
      ["generate", "c.json", "-o", "a.h5", "--set", "seed=5", "--set", "storage=float64"], in: scratch)
    let inspected = try Binary.run(["inspect", "a.h5", "--json"], in: scratch)
    let report = try JSONValue.parse(inspected.output, source: "inspect")
    let configuration = try #require(report["configuration"])
    try scratch.write(configuration.serialized(indent: 2), to: "again.json")
    let again = try Binary.run(["generate", "again.json", "-o", "b.h5"], in: scratch)
    #expect(again.status == 0, "\(again.error)")
    #expect(try scratch.bits("u", of: "a.h5") == scratch.bits("u", of: "b.h5"))
  }

  @Test("inspect tells dimensions, ranges and non-finite counts")
  func inspectDataset() throws {
    let scratch = try tinyScratch()
    _ = try Binary.run(["generate", "c.json", "-o", "a.h5"], in: scratch)
    let report = try JSONValue.parse(
      try Binary.run(["inspect", "a.h5", "--json"], in: scratch).output, source: "inspect")
    #expect(report["kind"] == "dataset")
    #expect(report["dimensions"]?["sample"] == 6 && report["dimensions"]?["x"] == 64)
    let field = try #require(report["fields"]?.arrayValue?.first { $0["name"] == "u" })
    #expect(field["shape"] == [6, 2, 64] && field["nonFinite"] == 0)
    #expect(report["attributes"]?["pde"] == "burgers")
    let text = try Binary.run(["inspect", "a.h5"], in: scratch).output
    #expect(text.contains("sample 6 × time 2 × x 64"))
  }

  @Test("a truncated file is refused with status 3", arguments: [0, 8, 100, 4000])
  func truncated(length: Int) throws {
    let scratch = try tinyScratch()
    _ = try Binary.run(["generate", "c.json", "-o", "a.h5"], in: scratch)
    let whole = try scratch.data("a.h5")
    try whole.prefix(length).write(to: scratch.url.appendingPathComponent("cut.h5"))
    let outcome = try Binary.run(["inspect", "cut.h5"], in: scratch)
    #expect(outcome.status == 3)
    #expect(outcome.error.hasPrefix("error[") && outcome.error.contains("at    cut.h5"))
    #expect(outcome.output == "")
  }

  @Test("list and schema print JSON that parses, and every PDE is in both")
  func catalogue() throws {
    let scratch = try Scratch()
    let list = try JSONValue.parse(
      try Binary.run(["list", "--json"], in: scratch).output, source: "list")
    #expect(list.members?.map(\.key) == ["models", "pdes", "losses", "metrics", "optimizers", "schedules"])
    #expect(list.members?.allSatisfy { $0.value.arrayValue?.isEmpty == false } == true)
    let pdes = try #require(list["pdes"]?.arrayValue?.compactMap { $0["name"]?.stringValue })
    #expect(pdes.contains("burgers"))
    let schema = try JSONValue.parse(
      try Binary.run(["schema", "generate"], in: scratch).output, source: "schema")
    let variants = try #require(schema["properties"]?["problem"]?["anyOf"]?.arrayValue)
    #expect(variants.compactMap { $0["properties"]?["type"]?["const"]?.stringValue } == pdes)
    #expect(schema["required"] == ["problem", "samples"])
    let both = try JSONValue.parse(try Binary.run(["schema"], in: scratch).output, source: "schema")
    #expect(both["anyOf"]?.arrayValue?.count == 3)
  }

  @Test("every command explains itself on stdout, with the flags that all take")
  func help() throws {
    let scratch = try Scratch()
    for command in ["generate", "train", "eval", "infer", "inspect", "list", "schema"] {
      let outcome = try Binary.run([command, "-h"], in: scratch)
      #expect(outcome.status == 0 && outcome.error == "")
      for word in ["--set", "--seed", "--threads", "--quiet", "Example"] {
        #expect(
          outcome.output.contains(word) || (word == "Example" && command == "schema"), "\(command): \(word)")
      }
      for flag in CommandTests.flags[command] ?? [] {
        #expect(outcome.output.contains(flag), "\(command) lacks \(flag)")
      }
    }
    #expect(try Binary.run([], in: scratch).output.contains("SUBCOMMANDS"))
  }

  /// The interface that scripts rely on.
  private static let flags: [String: [String]] = [
    "generate": ["--output", "--force", "--dry-run", "--resume", "--range"],
    "train": ["--output", "--resume", "--init-from", "--max-hours", "--force", "--dry-run"],
    "eval": ["--data", "--json", "--plot"], "infer": ["--output", "--force"], "inspect": ["--json"],
    "list": ["--json"],
  ]

  @Test("--version names the libraries and the kernels in use")
  func version() throws {
    let outcome = try Binary.run(["--version"], in: try Scratch())
    #expect(outcome.status == 0)
    for word in ["opkit ", "FFTW ", "HDF5 ", "OpenBLAS ", "libpng ", "kernels "] {
      #expect(outcome.output.contains(word), "\(word) is missing")
    }
    #expect(!outcome.output.contains("unknown"))
  }
}
