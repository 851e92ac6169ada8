import Configuration

/// A configuration with one field of each kind, as a module would read it.
struct SampleConfiguration {
  enum Norm: String, CaseIterable { case l2, h1 }
  struct Wave: Equatable { var speed: Double }

  var epochs: Int
  var rate: Double
  var modes: [Int]
  var norm: Norm
  var wave: Wave
  var clip: Double?
  var note: String?

  init(_ reader: ConfigReader) throws {
    let training = try reader.section("training", doc: "how to train")
    epochs = try training.int("epochs", default: 500, in: 1...10_000, doc: "passes over the data")
    rate = try training.double("rate", default: 1e-3, in: 0...1, exclusiveMinimum: 0, doc: "learning rate")
    norm = try training.choice("norm", default: .l2, doc: "norm of the loss")
    clip = try training.optionalDouble("clip", exclusiveMinimum: 0, doc: "largest gradient norm")
    modes = try reader.ints("modes", default: [16], count: 2, each: 1...64, doc: "kept modes per axis")
    wave = try reader.variant(
      "wave",
      of: [
        ("fixed", "a constant", { Wave(speed: try $0.double("speed", doc: "speed")) }),
        ("still", "no motion", { _ in Wave(speed: 0) }),
      ], default: "still", doc: "the wave")
    note = try reader.optionalString("note", doc: "anything")
  }

  static func read(_ text: String, set overrides: [String] = []) throws -> (SampleConfiguration, JSONValue) {
    var document = try ConfigDocument.parse(text, source: "configs/x.json")
    for override in overrides { try document.set(override) }
    let reader = ConfigReader(document)
    let configuration = try SampleConfiguration(reader)
    try reader.finish()
    return (configuration, reader.resolved)
  }
}
