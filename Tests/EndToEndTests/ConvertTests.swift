import Datasets
import Foundation
import TestSupport
import Testing

@Suite("opkit convert") struct ConvertTests {
  /// A model trained for an epoch on a fixture, and its predictions there.
  private func trained(_ model: String, in scratch: Scratch) throws {
    let data = Repository.root.appendingPathComponent("datasets/fixtures/plain.h5").path
    try scratch.write(
      """
      {"model": \(model),
       "data": {"path": "\(data)", "train": 3, "test": 1, "normalization": {"input": "none", "output": "none"}},
       "training": {"epochs": 1, "batch": 2}}
      """, to: "train.json")
    for step in [
      ["train", "train.json", "-o", "run"], ["infer", "run/last.safetensors", data, "-o", "before.h5"],
      ["convert", "run/last.safetensors", "-o", "state.safetensors"],
      ["convert", "state.safetensors", "-o", "back.safetensors"],
      ["infer", "back.safetensors", data, "-o", "after.h5"],
    ] {
      let outcome = try Binary.run(step + ["-q"], in: scratch)
      #expect(outcome.status == 0, "opkit \(step[0]): \(outcome.error)")
    }
  }

  private func numbers(_ name: String, in scratch: Scratch) throws -> [Double] {
    let file = try DatasetFile(path: scratch.url.appendingPathComponent(name).path)
    return try file.values(of: try #require(file["y"]))
  }

  @Test(
    "leads to a state dict and back to the same predictions",
    arguments: [
      #"{"type": "fno", "modes": 4, "width": 6, "layers": 2, "liftingRatio": 1.5, "mlpRatio": 0.75}"#,
      #"{"type": "tfno", "modes": 4, "width": 6, "layers": 2, "rank": 0.4}"#,
      #"{"type": "tfno", "modes": 4, "width": 6, "layers": 2, "factorization": "tt", "rank": 0.4}"#,
    ])
  func roundTrip(_ model: String) throws {
    let scratch = try Scratch()
    try trained(model, in: scratch)
    let (before, after) = (
      try numbers("before.h5", in: scratch), try numbers("after.h5", in: scratch)
    )
    #expect(before.contains { $0 != 0 })
    // The weights have the same bits; ranks by fraction and by list may choose another order of products.
    expectClose(after, before, tolerance: 1e-5)
  }

  @Test("refuses what is no state dict, and what it cannot convert, in four lines")
  func refusals() throws {
    let scratch = try Scratch()
    try scratch.write("not a state dict", to: "a.pt")
    let text = try Binary.run(["convert", "a.pt", "-o", "b.safetensors"], in: scratch)
    #expect(text.status == 3)
    #expect(text.error.contains("error[input.safetensors]") && text.error.contains("  fix "))
    try trained(#"{"type": "fno", "modes": 4, "width": 6, "layers": 1}"#, in: scratch)
    let padded = try Binary.run(
      ["convert", "state.safetensors", "-o", "c.safetensors", "--set", "model.width=7"], in: scratch)
    #expect(padded.status == 3)
    #expect(
      padded.error.contains("has shape") && padded.error.contains("  why ") && padded.error.contains("  fix ")
    )
    let missing = try Binary.run(["convert", "none.pt", "-o", "c.safetensors"], in: scratch)
    #expect(missing.status == 3)
    let again = try Binary.run(["convert", "state.safetensors", "-o", "back.safetensors"], in: scratch)
    #expect(again.status == 4)
  }
}
