import Datasets
import Testing

@Suite("Asking a model at points")
struct PointsTests {
  /// Trains a small DeepONet on aligned data.
  private func train(in scratch: Scratch) throws {
    let folder = ExampleConfiguration.folder
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    let steps = [
      ["generate", path("generate/antiderivative-aligned.json"), "--set", "samples=12", "-o", "data.h5"],
      [
        "train", path("train/antiderivative-deeponet.json"), "-o", "run", "--set", "data.path=data.h5",
        "--set",
        "data.train=6", "--set", "data.test=6", "--set", "training.epochs=3", "--set", "training.batch=6",
      ],
    ]
    for step in steps {
      let outcome = try Binary.run(step + ["-q"], in: scratch)
      #expect(outcome.status == 0, "\(step[0]): \(outcome.error)")
    }
  }

  @Test("infer --points gives the output at the file's points, in their order")
  func infer() throws {
    let scratch = try Scratch()
    try train(in: scratch)
    try scratch.write("# places\n0.5\n0.125\n1\n", to: "places.csv")
    let outcome = try Binary.run(
      ["infer", "run/best.safetensors", "data.h5", "--points", "places.csv", "-o", "p.h5", "-q"], in: scratch)
    #expect(outcome.status == 0, "\(outcome.error)")
    let file = try DatasetFile(path: scratch.url.appendingPathComponent("p.h5").path)
    let (values, places) = (try #require(file["s"]), try #require(file["points"]))
    #expect(values.shape == [12, 3] && values.dimensions == ["sample", "point"])
    #expect(try file.values(of: places).prefix(3) == [0.5, 0.125, 1])
    // The same model at the points of the data themselves: where both ask, both say the same.
    let own = try Binary.run(["infer", "run/best.safetensors", "data.h5", "-o", "own.h5", "-q"], in: scratch)
    #expect(own.status == 0, "\(own.error)")
    let ownFile = try DatasetFile(path: scratch.url.appendingPathComponent("own.h5").path)
    let place = try ownFile.values(of: try #require(ownFile["points"]))[0]
    let value = try ownFile.values(of: try #require(ownFile["s"]))[0]
    try scratch.write("\(place)\n", to: "one.csv")
    let again = try Binary.run(
      ["infer", "run/best.safetensors", "data.h5", "--points", "one.csv", "-o", "one.h5", "-q"], in: scratch)
    #expect(again.status == 0, "\(again.error)")
    let oneFile = try DatasetFile(path: scratch.url.appendingPathComponent("one.h5").path)
    // Single precision, in other shapes of the same products.
    #expect(abs(try oneFile.values(of: try #require(oneFile["s"]))[0] - value) <= 1e-6 * max(1, abs(value)))
  }

  @Test(
    "refuses files that hold no points of this model",
    arguments: [("0.5 0.5\n", 3), ("\n# far down\n\na\n", 3), ("# nothing\n", 3), ("nan\n", 3)])
  func refusals(_ text: String, _ status: Int) throws {
    let scratch = try Scratch()
    try train(in: scratch)
    try scratch.write(text, to: "places.csv")
    let outcome = try Binary.run(
      ["infer", "run/best.safetensors", "data.h5", "--points", "places.csv", "-o", "p.h5", "-q"], in: scratch)
    #expect(
      Int(outcome.status) == status && outcome.error.contains("error[input.points]"), "\(outcome.error)")
    // Empty lines and comments are lines too.
    if text.contains("far down") { #expect(outcome.error.contains("places.csv: line 4"), "\(outcome.error)") }
  }
}
