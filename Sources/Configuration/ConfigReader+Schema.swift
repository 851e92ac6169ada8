extension ConfigReader {
  /// The JSON Schema (draft 2020-12) of everything that `read` asks for.
  ///
  /// `read` runs once with a reader that describes: required fields give placeholders and every entry of a
  /// variant is visited. An error that it throws ends the description; what was asked until then counts.
  public static func schema(title: String, _ read: (ConfigReader) throws -> Void) -> JSONValue {
    let context = Context(source: title, bytes: [], isDescribing: true)
    let reader = ConfigReader(context, node: nil, path: "", anchor: .text(offset: 0))
    try? read(reader)
    return .object(
      [
        .init(key: "$schema", value: "https://json-schema.org/draft/2020-12/schema"),
        .init(key: "title", value: .string(title)),
      ] + reader.objectSchema)
  }

  /// JSON Schema keywords of this object.
  var objectSchema: [JSONValue.Member] {
    var properties = fields.map { field in
      guard case .section(let reader) = field.content else {
        return JSONValue.Member(key: field.key, value: field.schema)
      }
      let own = field.schema.members ?? []
      let object = reader.objectSchema
      let isOptional = field.schema["default"] == .null
      let alternatives: JSONValue = [.object(object), ["type": "null"]]
      let body = isOptional ? [JSONValue.Member(key: "anyOf", value: alternatives)] : object
      return JSONValue.Member(key: field.key, value: .object(own + body))
    }
    if path.isEmpty {
      properties.append(.init(key: "$schema", value: ["type": "string"]))
      properties.append(.init(key: "$comment", value: ["type": "string"]))
    }
    var schema: [JSONValue.Member] = [
      .init(key: "type", value: "object"), .init(key: "properties", value: .object(properties)),
    ]
    let required = fields.filter(\.demandsPresence).map { JSONValue.string($0.key) }
    if !required.isEmpty { schema.append(.init(key: "required", value: .array(required))) }
    schema.append(.init(key: "additionalProperties", value: false))
    return schema
  }
}

extension ConfigReader.Field {
  /// Required itself, or a section (not an optional one) with something required inside.
  fileprivate var demandsPresence: Bool {
    guard case .section(let reader) = content else { return isRequired }
    return schema["default"] == nil && reader.fields.contains(where: \.demandsPresence)
  }
}
