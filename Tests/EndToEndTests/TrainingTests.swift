import Configuration
import Files
import Foundation
import Testing

@Suite("Training through the binary")
struct TrainingTests {
  private static let epochs = 6

  /// A dataset and a model of a fraction of a second.
  private func prepared() throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write(
      #"{"problem": {"type": "burgers", "points": 32, "viscosity": 0.05}, "samples": 12}"#, to: "g.json")
    try scratch.write(
      """
      {
        "model": {"type": "fno-original", "modes": 4, "width": 8, "layers": 2},
        "data": {"path": "d.h5", "train": 8, "validation": 2, "test": 2},
        "training": {"epochs": \(TrainingTests.epochs), "batch": 3, "schedule": "cosine", "averageDecay": 0.9}
      }
      """, to: "t.json")
    let outcome = try Binary.run(["generate", "g.json", "-o", "d.h5", "-q"], in: scratch)
    #expect(outcome.status == 0, "\(outcome.error)")
    return scratch
  }

  /// Bytes of every tensor of a checkpoint by name.
  private func tensors(_ scratch: Scratch, _ run: String) throws -> [String: [UInt8]] {
    let file = try SafetensorsFile(path: scratch.url.appendingPathComponent("\(run)/last.safetensors").path)
    let pairs = try file.tensors.map { ($0.name, try file.bytes(of: $0.name)) }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  @Test("the weights have the same bits for 1, 2 and 4 threads, and other bits for another seed")
  func threads() throws {
    let scratch = try prepared()
    for (run, flags) in [
      ("a", ["--threads", "1"]), ("b", ["--threads", "2"]), ("c", ["--threads", "4"]),
      ("d", ["--seed", "1"]),
    ] {
      let outcome = try Binary.run(["train", "t.json", "-o", run] + flags, in: scratch)
      #expect(outcome.status == 0, "\(outcome.error)")
    }
    let reference = try tensors(scratch, "a")
    #expect(reference.count > 4)
    #expect(try tensors(scratch, "b") == reference)
    #expect(try tensors(scratch, "c") == reference)
    #expect(try tensors(scratch, "d") != reference)
  }

  @Test("a diverging run ends with status 5, says where, and keeps a checkpoint that can be measured")
  func divergence() throws {
    let scratch = try prepared()
    let flags = [
      "--set", "training.optimizer={\"type\": \"sgd\", \"learningRate\": 1000}", "--set",
      "training.epochs=60",
    ]
    let outcome = try Binary.run(["train", "t.json", "-o", "run", "-q"] + flags, in: scratch)
    #expect(outcome.status == 5)
    for line in [
      "error[training.non-finite]", "  at    epoch ", "  why   the learning rate there is 1000",
      "  fix   lower",
    ] {
      #expect(outcome.error.contains(line), "\(outcome.error)")
    }
    #expect(try tensors(scratch, "run").count > 4)
    #expect(try Binary.run(["eval", "run/last.safetensors", "-q"], in: scratch).status == 0)
  }

  @Test("a run ended after any epoch and extended has the bits of one that ran through")
  func resume() throws {
    let scratch = try prepared()
    #expect(try Binary.run(["train", "t.json", "-o", "whole"], in: scratch).status == 0)
    for cut in 1..<TrainingTests.epochs {
      let run = "cut\(cut)"
      // A run of fewer epochs ends with another learning rate; a constant one makes it a cut.
      let flags = ["--set", "training.schedule=constant", "-o", run, "--resume", "auto", "-q"]
      let first = try Binary.run(["train", "t.json", "--set", "training.epochs=\(cut)"] + flags, in: scratch)
      #expect(first.status == 0, "\(first.error)")
      let second = try Binary.run(["train", "t.json"] + flags, in: scratch)
      #expect(second.status == 0, "\(second.error)")
    }
    let constant = ["train", "t.json", "-o", "constant", "--set", "training.schedule=constant"]
    #expect(try Binary.run(constant, in: scratch).status == 0)
    let reference = try tensors(scratch, "constant")
    #expect(try tensors(scratch, "whole") != reference)
    for cut in 1..<TrainingTests.epochs {
      #expect(try tensors(scratch, "cut\(cut)") == reference, "cut at \(cut)")
    }
    let lines = try String(decoding: scratch.data("cut3/metrics.jsonl"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == TrainingTests.epochs)
    // A cosine over three epochs more would have had other rates from the beginning.
    let longer = ["train", "t.json", "--set", "training.epochs=\(TrainingTests.epochs + 3)", "-o", "whole"]
    let refused = try Binary.run(longer + ["--resume", "auto"], in: scratch)
    #expect(refused.status == 2 && refused.error.contains("training.epochs is not what"), "\(refused.error)")
  }

  @Test("a signal stops training resumably with status 75, and the same command finishes to the same bits")
  func signal() throws {
    let scratch = try prepared()
    let flags = ["train", "t.json", "--set", "training.epochs=3000", "--resume", "auto"]
    let run = try Binary.Run(flags + ["-o", "stopped"], in: scratch)
    try #require(run.advance { !run.errorText.isEmpty })
    kill(run.process.processIdentifier, SIGTERM)
    run.resume()
    #expect(try run.finish().status == 75)
    let inspected = try Binary.run(["inspect", "stopped", "--json"], in: scratch)
    #expect(inspected.status == 0, "\(inspected.error)")
    #expect(try Binary.run(flags + ["-o", "stopped"], in: scratch).status == 0)
    #expect(try Binary.run(flags + ["-o", "whole"], in: scratch).status == 0)
    #expect(try tensors(scratch, "stopped") == tensors(scratch, "whole"))
    let again = try Binary.run(flags + ["-o", "whole"], in: scratch)
    #expect(again.status == 0, "a finished run has nothing left to do: \(again.error)")
  }

  @Test("a dry run prints shapes, parameters, memory and time, and writes nothing")
  func dryRun() throws {
    let scratch = try prepared()
    let before = scratch.contents
    let outcome = try Binary.run(["train", "t.json", "-o", "run", "--dry-run"], in: scratch)
    #expect(outcome.status == 0 && outcome.error == "")
    for word in ["parameters", "32", "memory", "time"] { #expect(outcome.output.contains(word)) }
    #expect(scratch.contents == before)
  }

  @Test(
    "mistakes of data and model are found before training, and leave no run behind",
    arguments: [
      ("model.modes=40", Int32(2)), ("training.batch=9", 2), ("data.path=none.h5", 3), ("data.train=11", 3),
      ("training.epochs=0", 2), ("model.type=fnoo", 2),
    ])
  func impossible(override: String, status: Int32) throws {
    let scratch = try prepared()
    let before = scratch.contents
    let outcome = try Binary.run(["train", "t.json", "-o", "run", "--set", override], in: scratch)
    #expect(outcome.status == status, "\(outcome.error)")
    let lines = outcome.error.split(separator: "\n")
    #expect((3...4).contains(lines.count) && lines[0].hasPrefix("error["), "\(outcome.error)")
    #expect(lines.contains { $0.hasPrefix("  at    ") } && lines.contains { $0.hasPrefix("  fix   ") })
    #expect(outcome.output == "")
    #expect(scratch.contents == before)
  }

  @Test("measuring and applying a model answers as JSON and as a dataset with the samples of the input")
  func apply() throws {
    let scratch = try prepared()
    #expect(try Binary.run(["train", "t.json", "-o", "run", "-q"], in: scratch).status == 0)
    let command = ["eval", "run/best.safetensors", "-q", "--at-most"]
    #expect(
      try Binary.run(command + ["relativeL2=1e6", "--at-most", "worst.mse=1e9"], in: scratch).status == 0)
    let missed = try Binary.run(command + ["median.relativeL2=1e-9"], in: scratch)
    #expect(missed.status == 1 && missed.output.contains("relativeL2"), "the table is printed first")
    #expect(missed.error.hasPrefix("error[eval.bound]: the median relativeL2 is "))
    for wrong in ["relativeL2", "relativL2=1", "least.mse=1", "mse=nan", "a.b.mse=1", "relativeHdiv=1"] {
      let outcome = try Binary.run(command + [wrong], in: scratch)
      #expect(outcome.status == 2 && outcome.error.contains("fix"), "\(wrong): \(outcome.error)")
    }
    #expect(try Binary.run(command + ["mse=1", "--resolutions", "8,16"], in: scratch).status == 2)
    let measured = try Binary.run(["eval", "run/best.safetensors", "--json"], in: scratch)
    let report = try JSONValue.parse(measured.output, source: "eval")
    #expect(try #require(report["metrics"]?["relativeL2"]?["mean"]?.doubleValue) > 0)
    let applied = try Binary.run(["infer", "run/best.safetensors", "d.h5", "-o", "p.h5"], in: scratch)
    #expect(applied.status == 0, "\(applied.error)")
    #expect(try scratch.bits("u", of: "p.h5").count == 12 * 32)
    #expect(!applied.error.contains("warning"), "\(applied.error)")
    let again = try Binary.run(["infer", "run/best.safetensors", "d.h5", "-o", "p.h5"], in: scratch)
    #expect(again.status == 4)
  }

  @Test("a model that is applied on another domain says so")
  func otherDomain() throws {
    let scratch = try prepared()
    #expect(try Binary.run(["train", "t.json", "-o", "run", "-q"], in: scratch).status == 0)
    try scratch.write(
      #"{"problem": {"type": "heat", "points": 32, "length": 2.5, "diffusivity": 0.01}, "samples": 2}"#,
      to: "wide.json")
    #expect(try Binary.run(["generate", "wide.json", "-o", "wide.h5", "-q"], in: scratch).status == 0)
    let applied = try Binary.run(
      ["infer", "run/best.safetensors", "wide.h5", "-o", "p.h5", "-q"], in: scratch)
    #expect(applied.status == 0)
    #expect(
      applied.error.contains(
        "axis x of the data is of length 2.5 and periodic; the model was trained on one of length 1 and periodic"
      ),
      "\(applied.error)")
  }

  @Test("several grids are trained in one run, estimated, reported each, and refused where they cannot be")
  func severalGrids() throws {
    let scratch = try prepared()
    let flags = ["train", "t.json", "--set", "data.strides=[1, 2]"]
    let estimate = try Binary.run(flags + ["--dry-run"], in: scratch)
    #expect(estimate.status == 0, "\(estimate.error)")
    for row in ["on 32", "on 16"] { #expect(estimate.output.contains(row), "\(estimate.output)") }
    for (run, threads) in [("a", "1"), ("b", "3")] {
      let outcome = try Binary.run(flags + ["-o", run, "--threads", threads, "-q"], in: scratch)
      #expect(outcome.status == 0, "\(outcome.error)")
      for words in ["over 2 samples on 32", "over 2 samples on 16"] {
        #expect(outcome.output.contains(words), "\(outcome.output)")
      }
    }
    #expect(try tensors(scratch, "a") == tensors(scratch, "b"))
    let summary = try JSONValue.parse(
      String(decoding: scratch.data("a/summary.json"), as: UTF8.self), source: "summary")
    let grids = try #require(summary["testGrids"]?.arrayValue)
    #expect(grids.map { $0["grid"]?.arrayValue?.compactMap(\.intValue) } == [[32], [16]])
    #expect(grids[0]["metrics"]?["relativeL2"] == summary["test"]?["relativeL2"])
    let mixed = try JSONValue.parse(
      Binary.run(["eval", "a/last.safetensors", "--resolutions", "16,32", "--json", "-q"], in: scratch)
        .output,
      source: "eval")
    #expect(mixed["verdict"] != nil)
    #expect(try Binary.run(flags + ["-o", "a", "--resume", "auto", "-q"], in: scratch).status == 0)
    let other = try Binary.run(["train", "t.json", "-o", "a", "--resume", "auto"], in: scratch)
    #expect(other.status == 2 && other.error.contains("data.strides"), "\(other.error)")

    let before = scratch.contents
    for (override, status, code) in [
      ("data.strides=[1, 3]", Int32(3), "data.stride"), ("data.strides=[2]", 2, "config.range"),
      ("data.normalization.input=pointwise", 2, "config.conflict"),
      (#"model={"type": "deeponet"}"#, 2, "config.range"),
    ] {
      let outcome = try Binary.run(flags + ["-o", "c", "--set", override], in: scratch)
      #expect(outcome.status == status && outcome.error.hasPrefix("error[\(code)]"), "\(outcome.error)")
      #expect(outcome.error.split(separator: "\n").count == 4)
      #expect(scratch.contents == before)
    }
  }

  @Test("modes that grow are estimated, recorded, continued, and read from the checkpoint by other commands")
  func incrementalModes() throws {
    let scratch = try prepared()
    let flags = [
      "train", "t.json", "-q", "--set",
      #"training.incrementalModes={"start": 2, "step": 1, "rule": {"type": "lossGap", "smallest": 1000}}"#,
    ]
    let estimate = try Binary.run(flags + ["--dry-run"], in: scratch)
    #expect(estimate.status == 0 && estimate.output.contains("[2] at the start"), "\(estimate.output)")
    let outcome = try Binary.run(flags + ["-o", "run"], in: scratch)
    #expect(outcome.status == 0 && outcome.output.contains("modes      [4] in use"), "\(outcome.output)")
    let lines = try String(decoding: scratch.data("run/metrics.jsonl"), as: UTF8.self).split(separator: "\n")
    let modes = try lines.map { try JSONValue.parse(String($0), source: "metrics")["modes"] }
    #expect(modes == [2, 3, 4, 4, 4, 4].map { .array([.integer($0)]) })
    let measured = try Binary.run(["eval", "run/last.safetensors", "--json", "-q"], in: scratch)
    let summary = try JSONValue.parse(
      String(decoding: scratch.data("run/summary.json"), as: UTF8.self), source: "summary")
    let error = try JSONValue.parse(measured.output, source: "eval")["metrics"]?["relativeL2"]?["mean"]
    #expect(error == summary["test"]?["relativeL2"]?["mean"] && error != nil)
    #expect(try Binary.run(flags + ["-o", "run", "--resume", "auto"], in: scratch).status == 0)
    let refused = try Binary.run(flags + ["-o", "c", "--set", "model.modes=1"], in: scratch)
    #expect(refused.status == 2 && refused.error.contains("training.incrementalModes.start"))
  }

  @Test("resolutions are compared in a table and in words, and impossible ones are refused")
  func resolutions() throws {
    let scratch = try prepared()
    #expect(try Binary.run(["train", "t.json", "-o", "run", "-q"], in: scratch).status == 0)
    let study = ["eval", "run/best.safetensors", "--resolutions"]
    let table = try Binary.run(study + ["8,16,32", "-q"], in: scratch)
    #expect(table.status == 0, "\(table.error)")
    for word in ["commutator", "training grid", "onvergent here"] { #expect(table.output.contains(word)) }
    let json = try JSONValue.parse(
      Binary.run(study + ["16,32", "--json", "-q"], in: scratch).output, source: "eval")
    #expect(try #require(json["resolutions"]?.arrayValue).count == 2)
    #expect(json["verdict"]?["flat"] != nil)
    for wrong in ["32", "32,x", "32,32", "32,12"] {
      let outcome = try Binary.run(study + [wrong], in: scratch)
      #expect(outcome.status == 2 && outcome.error.hasPrefix("error[usage.resolutions]"), "\(outcome.error)")
    }
  }
}
