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
          let inputs = try reader.strings("inputs", doc: "variables that form the input channels")
          let outputs = try reader.strings("outputs", doc: "variables that form the output channels")
          if inputs.isEmpty { throw reader.fail("inputs", "the mapping has no inputs") }
          if outputs.isEmpty { throw reader.fail("outputs", "the mapping has no outputs") }
          if let repeated = inputs.first(where: { name in inputs.filter { $0 == name }.count > 1 }) {
            throw reader.fail("inputs", "'\(repeated)' stands twice among the inputs")
          }
          if let repeated = outputs.first(where: { name in outputs.filter { $0 == name }.count > 1 }) {
            throw reader.fail("outputs", "'\(repeated)' stands twice among the outputs")
          }
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
    ]
  }
}
