import Configuration
import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite("opkit convert") struct ConvertTests {
  private static let data = Repository.root.appendingPathComponent("datasets/fixtures/plain.h5").path

  private func run(_ steps: [[String]], in scratch: Scratch) throws {
    for step in steps {
      let outcome = try Binary.run(step + ["-q"], in: scratch)
      #expect(outcome.status == 0, "opkit \(step[0]): \(outcome.error)")
    }
  }

  /// Trains a model for an epoch on a fixture.
  private func train(_ model: String, in scratch: Scratch) throws {
    let plain = #"{"input": "none", "output": "none"}"#
    try scratch.write(
      """
      {"model": \(model),
       "data": {"path": "\(ConvertTests.data)", "train": 3, "test": 1, "normalization": \(plain)},
       "training": {"epochs": 1, "batch": 2}}
      """, to: "train.json")
    try run([["train", "train.json", "-o", "run"]], in: scratch)
  }

  private func numbers(_ name: String, in scratch: Scratch) throws -> [Double] {
    let file = try DatasetFile(path: scratch.url.appendingPathComponent(name).path)
    return try file.values(of: try #require(file["y"]))
  }

  /// The `model` section of a checkpoint.
  private func model(_ name: String, in scratch: Scratch) throws -> JSONValue {
    let file = try SafetensorsFile(path: scratch.url.appendingPathComponent(name).path)
    let text = try #require(file.metadata["configuration"])
    return try #require(try JSONValue.parse(text, source: name)["model"])
  }

  /// The model, and its predictions, before and after two conversions.
  private func roundTrip(_ description: String) throws {
    let scratch = try Scratch()
    try train(description, in: scratch)
    try run(
      [
        ["infer", "run/last.safetensors", ConvertTests.data, "-o", "before.h5"],
        ["convert", "run/last.safetensors", "-o", "state.safetensors"],
        ["convert", "state.safetensors", "-o", "back.safetensors"],
        ["infer", "back.safetensors", ConvertTests.data, "-o", "after.h5"],
      ], in: scratch)
    let before = try numbers("before.h5", in: scratch)
    #expect(before.contains { $0 != 0 })
    // The weights have the same bits; ranks by fraction and by list may choose another order of products.
    expectClose(try numbers("after.h5", in: scratch), before, tolerance: 1e-5)
    let (trained, converted) = (
      try model("run/last.safetensors", in: scratch), try model("back.safetensors", in: scratch)
    )
    for key in [
      "type", "embedding", "activation", "preactivation", "norm", "skip", "mlpSkip", "separable",
      "stabilizer", "shiftsOddAxes",
    ] { #expect(trained[key] == converted[key], "\(key)") }
  }

  @Test(
    "leads to a state dict and back to the same model",
    arguments: [
      #"{"type": "fno", "modes": 4, "width": 6, "layers": 2, "liftingRatio": 1.5, "mlpRatio": 0.75}"#,
      #"{"type": "fno", "modes": [5, 4], "width": 6, "layers": 1, "projectionRatio": 0.5}"#,
      #"{"type": "tfno", "modes": 4, "width": 6, "layers": 2, "rank": 0.4}"#,
      #"{"type": "tfno", "modes": 4, "width": 6, "layers": 2, "ranks": [3, 3, 2, 2], "contraction": "factorized"}"#,
      #"{"type": "tfno", "modes": 4, "width": 6, "layers": 2, "rank": 0.4, "fixedAxes": [1]}"#,
      #"{"type": "tfno", "modes": 4, "width": 6, "layers": 2, "factorization": "tt", "rank": 0.4}"#,
      #"{"type": "tfno", "modes": [5, 4], "width": 6, "layers": 2, "factorization": "cp", "rank": 0.4, "separable": true, "embedding": "none"}"#,
    ])
  func models(_ description: String) throws { try roundTrip(description) }

  @Test(
    "keeps every option on the way to a state dict and back",
    arguments: [
      #""embedding": "none""#, #""padding": 0.2"#, #""padding": [0.2, 0.4]"#, #""paddingSides": "end""#,
      #""norm": "instance""#, #""norm": "group""#, #""preactivation": true"#,
      #""preactivation": true, "norm": "group""#, #""stabilizer": "tanh""#, #""separable": true"#,
      #""skip": "soft-gating""#, #""skip": "identity""#, #""skip": "none""#, #""mlpSkip": "linear""#,
      #""mlpSkip": "identity""#, #""mlpSkip": "none""#, #""liftingRatio": 0"#, #""shiftsOddAxes": true"#,
      #""mlpRatio": 0, "activation": "relu""#, #""mlpRatio": 0, "activation": "tanh", "preactivation": true"#,
      #""mlpRatio": 0, "activation": "silu", "preactivation": true"#,
      #""mlpRatio": 0, "activation": "elu", "preactivation": true"#,
      #""mlpRatio": 0, "activation": "leaky-relu", "preactivation": true"#,
      #""mlpRatio": 0, "activation": "softplus", "preactivation": true"#,
      #""mlpRatio": 0, "activation": "sine", "preactivation": true"#,
    ])
  func options(_ option: String) throws {
    try roundTrip(#"{"type": "fno", "modes": 4, "width": 6, "layers": 2, \#(option)}"#)
  }

  @Test(
    "refuses an option that the library has not, and writes nothing",
    arguments: [
      (#""embedding": "closed""#, "model.embedding = closed"),
      (#""padding": 0.2, "paddingSides": "end""#, "model.paddingSides = end"),
      (#""scaling": [2, 0.5]"#, "model.scaling = [2.0, 0.5]"),
      (#""activation": "tanh""#, "model.activation = tanh"),
    ])
  func exports(option: String, words: String) throws {
    let scratch = try Scratch()
    try train(#"{"type": "fno", "modes": 4, "width": 6, "layers": 2, \#(option)}"#, in: scratch)
    let before = scratch.contents
    let outcome = try Binary.run(["convert", "run/last.safetensors", "-o", "s.safetensors"], in: scratch)
    #expect(outcome.status == 3)
    #expect(outcome.error.hasPrefix("error[input.checkpoint]: \(words)"), "\(outcome.error)")
    #expect(outcome.error.split(separator: "\n").count == 4)
    #expect(scratch.contents == before)
  }

  @Test("refuses what is no state dict, and what it cannot convert, in four lines")
  func refusals() throws {
    let scratch = try Scratch()
    try scratch.write("not a state dict", to: "a.pt")
    let text = try Binary.run(["convert", "a.pt", "-o", "b.safetensors"], in: scratch)
    #expect(text.status == 3)
    #expect(text.error.contains("error[input.safetensors]") && text.error.contains("  fix "))
    try train(#"{"type": "fno", "modes": 4, "width": 6, "layers": 1}"#, in: scratch)
    try run([["convert", "run/last.safetensors", "-o", "state.safetensors"]], in: scratch)
    let wider = try Binary.run(
      ["convert", "state.safetensors", "-o", "c.safetensors", "--set", "model.width=7"], in: scratch)
    #expect(wider.status == 3)
    #expect(
      wider.error.contains("has shape") && wider.error.contains("  why ") && wider.error.contains("  fix "))
    for other in ["model.modes=6", "model=unet"] {
      let outcome = try Binary.run(
        ["convert", "state.safetensors", "-o", "c.safetensors", "--set", other], in: scratch)
      #expect(outcome.status == 3 && outcome.error.contains("  fix "), "\(other): \(outcome.error)")
    }
    for names in ["", "a,b,c"] {
      let outcome = try Binary.run(
        ["convert", "state.safetensors", "-o", "c.safetensors", "--inputs", names], in: scratch)
      #expect(outcome.status == 2 && outcome.error.contains("at    --inputs"), "\(names): \(outcome.error)")
    }
    let idle = try Binary.run(
      ["convert", "run/last.safetensors", "-o", "idle.safetensors", "--set", "model.modes=6"], in: scratch)
    #expect(idle.status == 0 && idle.error.hasPrefix("warning: --set changes nothing"))
    let missing = try Binary.run(["convert", "none.pt", "-o", "c.safetensors"], in: scratch)
    #expect(missing.status == 3)
    let again = try Binary.run(["convert", "run/last.safetensors", "-o", "state.safetensors"], in: scratch)
    #expect(again.status == 4)
  }
}
