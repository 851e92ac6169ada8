import Configuration
import Fields

extension FieldMapping {
  /// The mapping as it stands in a configuration and in the attribute `opkit_mapping` of a file.
  public var json: JSONValue {
    switch self {
    case .steady(let inputs, let outputs):
      [
        "type": "steady", "inputs": .array(inputs.map { .string($0) }),
        "outputs": .array(outputs.map { .string($0) }),
      ]
    case .initialToFinal(let field): ["type": "initialToFinal", "field": .string(field)]
    case .window(let field, let inputSteps, let outputSteps):
      [
        "type": "window", "field": .string(field), "inputSteps": .integer(inputSteps),
        "outputSteps": .integer(outputSteps),
      ]
    case .trajectory(let field): ["type": "trajectory", "field": .string(field)]
    case .points(let inputs, let points, let outputs):
      [
        "type": "points", "inputs": .array(inputs.map { .string($0) }), "points": .string(points),
        "outputs": .array(outputs.map { .string($0) }),
      ]
    }
  }

  /// Reads a mapping from the object of a checkpoint or an attribute.
  public init(json text: String, source: String) throws {
    let document = try ConfigDocument.parse("{\"mapping\": \(text)}", source: source)
    let reader = ConfigReader(document)
    self = try FieldMapping.read("mapping", from: reader)
    try reader.finish()
  }

  static func read(_ key: String, from reader: ConfigReader) throws -> FieldMapping {
    try reader.variant(key, of: variants, doc: doc)
  }

  static let doc = "which fields are mapped to which"

  static var variants: [(name: String, doc: String, read: (ConfigReader) throws -> FieldMapping)] {
    [
      (
        name: "steady", doc: "named input fields to named output fields; all times of a field are channels",
        read: { reader in
          let (inputs, outputs) = try names(from: reader)
          return .steady(inputs: inputs, outputs: outputs)
        }
      ),
      (
        name: "initialToFinal", doc: "a field at its first time to the same field at its last",
        read: { reader in
          .initialToFinal(field: try reader.string("field", doc: "time-dependent variable"))
        }
      ),
      (
        name: "window", doc: "the first times of a field to the times after them",
        read: { reader in
          .window(
            field: try reader.string("field", doc: "time-dependent variable"),
            inputSteps: try reader.int(
              "inputSteps", default: 1, in: 1...100_000, doc: "times that form the input channels"),
            outputSteps: try reader.int(
              "outputSteps", default: 1, in: 1...100_000, doc: "times to predict, one after the other"))
        }
      ),
      (
        name: "trajectory", doc: "a field at its first time to the field at all its times at once",
        read: { reader in
          .trajectory(field: try reader.string("field", doc: "time-dependent variable"))
        }
      ),
      (
        name: "points", doc: "named input fields on a grid to named outputs at scattered points",
        read: { reader in
          let (inputs, outputs) = try names(from: reader)
          let points = try reader.string(
            "points",
            doc:
              "variable with the points' coordinates: [sample, point(, coordinate)], or [point, coordinate] for all"
          )
          return .points(inputs: inputs, points: points, outputs: outputs)
        }
      ),
    ]
  }

  private static func names(from reader: ConfigReader) throws -> (inputs: [String], outputs: [String]) {
    let inputs = try reader.strings("inputs", doc: "variables that form the input channels")
    let outputs = try reader.strings("outputs", doc: "variables that form the output channels")
    if inputs.isEmpty { throw reader.fail("inputs", "the mapping has no inputs") }
    if outputs.isEmpty { throw reader.fail("outputs", "the mapping has no outputs") }
    for (key, list) in [("inputs", inputs), ("outputs", outputs)] {
      if let repeated = list.first(where: { name in list.filter { $0 == name }.count > 1 }) {
        throw reader.fail(key, "'\(repeated)' stands twice among the \(key)")
      }
    }
    return (inputs, outputs)
  }
}
