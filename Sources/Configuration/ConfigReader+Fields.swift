import Diagnostics

extension ConfigReader {
  /// An integer; `1e3` counts as one. Without a default the key is required.
  public func int(
    _ key: String, default: Int? = nil, in range: ClosedRange<Int> = Int.min...Int.max, doc: String
  ) throws -> Int {
    try value(key, .integer(in: range), default: `default`, doc: doc)
  }

  /// A finite number. Without a default the key is required.
  ///
  /// - Parameter exclusiveMinimum: the value must be greater than this; replaces the lower end of `range`
  ///   in messages.
  public func double(
    _ key: String, default: Double? = nil,
    in range: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude,
    exclusiveMinimum: Double? = nil, doc: String
  ) throws -> Double {
    try value(key, .number(in: range, above: exclusiveMinimum), default: `default`, doc: doc)
  }

  /// `true` or `false`. Without a default the key is required.
  public func bool(_ key: String, default: Bool? = nil, doc: String) throws -> Bool {
    try value(key, .truth, default: `default`, doc: doc)
  }

  /// A text. Without a default the key is required.
  public func string(_ key: String, default: String? = nil, doc: String) throws -> String {
    try value(key, .text, default: `default`, doc: doc)
  }

  /// An integer that may be left out or `null`, which both give `nil`.
  public func optionalInt(
    _ key: String, in range: ClosedRange<Int> = Int.min...Int.max, doc: String
  ) throws -> Int? {
    try optionalValue(key, .integer(in: range), doc: doc)
  }

  /// A number that may be left out or `null`, which both give `nil`.
  public func optionalDouble(
    _ key: String, in range: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude,
    exclusiveMinimum: Double? = nil, doc: String
  ) throws -> Double? {
    try optionalValue(key, .number(in: range, above: exclusiveMinimum), doc: doc)
  }

  /// A text that may be left out or `null`, which both give `nil`.
  public func optionalString(_ key: String, doc: String) throws -> String? {
    try optionalValue(key, .text, doc: doc)
  }

  /// One case of an enumeration by its raw value. Without a default the key is required.
  public func choice<T: RawRepresentable & CaseIterable>(
    _ key: String, default: T? = nil, doc: String
  ) throws -> T where T.RawValue == String {
    let cases = Array(T.allCases)
    precondition(!cases.isEmpty, "an enumeration without cases cannot be chosen from")
    let names = cases.map(\.rawValue)
    if let text = member(key)?.value.stringValue, let node = member(key), T(rawValue: text) == nil {
      throw ConfigurationError.unknownChoice(
        place: place(node.origin, path: join(key)), path: join(key), found: text, known: names)
    }
    let kind = FieldKind<T>(
      phrase: "one of the texts " + names.map { "\"\($0)\"" }.joined(separator: ", "),
      schema: [.init(key: "enum", value: .array(names.map { .string($0) }))], placeholder: cases[0],
      encode: { .string($0.rawValue) }, decode: { $0.stringValue.flatMap(T.init(rawValue:)) })
    return try value(key, kind, default: `default`, doc: doc)
  }
}

extension ConfigReader {
  func member(_ key: String) -> JSONNode? { node?.member(key) }

  func value<T>(_ key: String, _ kind: FieldKind<T>, default: T?, doc: String) throws -> T {
    let value: T
    if let node = member(key) {
      value = try decode(node, kind, path: join(key), doc: doc)
    } else if let `default` {
      value = `default`
    } else if context.isDescribing {
      value = kind.placeholder
    } else {
      throw missing(key, expected: kind.phrase, doc: doc)
    }
    var schema = kind.schema
    if let `default` { schema.append(.init(key: "default", value: kind.encode(`default`))) }
    remember(
      Field(
        key: key, content: .value(kind.encode(value)), schema: described(schema, doc),
        isRequired: `default` == nil))
    return value
  }

  private func optionalValue<T>(_ key: String, _ kind: FieldKind<T>, doc: String) throws -> T? {
    let node = member(key)
    let value = try node.flatMap { $0.isNull ? nil : try decode($0, kind, path: join(key), doc: doc) }
    let null: JSONValue = ["type": "null"]
    let schema: [JSONValue.Member] = [
      .init(key: "anyOf", value: [.object(kind.schema), null]), .init(key: "default", value: .null),
    ]
    remember(
      Field(
        key: key, content: .value(value.map(kind.encode) ?? .null), schema: described(schema, doc),
        isRequired: false))
    return value
  }

  func decode<T>(_ node: JSONNode, _ kind: FieldKind<T>, path: String, doc: String) throws -> T {
    let place = place(node.origin, path: path)
    guard let value = kind.decode(node.value) else {
      throw ConfigurationError.wrongType(place: place, path: path, found: node.phrase, expected: kind.phrase)
    }
    guard kind.contains(value) else {
      throw ConfigurationError.outOfRange(
        place: place, path: path, value: node.value.serialized(indent: nil), expected: kind.phrase, doc: doc)
    }
    return value
  }

  /// The error for a required key that is not there, with the misspelt one that may have been meant.
  func missing(_ key: String, expected: String, doc: String) -> ConfigurationError {
    let asked = Set(fields.map(\.key))
    let others = (node?.entries ?? []).map(\.key).filter { !asked.contains($0) }
    return .missing(
      place: place(anchor, path: join(key)), path: join(key), doc: doc, expected: expected,
      similar: others.first { nearestName(to: $0, among: [key]) != nil })
  }

  func described(_ schema: [JSONValue.Member], _ doc: String) -> JSONValue {
    .object([.init(key: "description", value: .string(doc))] + schema)
  }
}
