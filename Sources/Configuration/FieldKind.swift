/// What a field may hold: how it is checked, said in messages and described in a schema.
struct FieldKind<Value> {
  /// Completes "it must be …": `an integer from 1 to 64`.
  var phrase: String
  /// JSON Schema keywords of the value.
  var schema: [JSONValue.Member]
  /// Stands in for a required value while a schema is made.
  var placeholder: Value
  var encode: (Value) -> JSONValue
  /// The value, or `nil` if the kind is wrong.
  var decode: (JSONValue) -> Value?
  /// Whether a value of the right kind is allowed.
  var contains: (Value) -> Bool = { _ in true }
}

extension FieldKind where Value == Int {
  static func integer(in range: ClosedRange<Int>) -> FieldKind {
    var schema: [JSONValue.Member] = [.init(key: "type", value: "integer")]
    var phrase = "an integer"
    let hasMinimum = range.lowerBound > Int.min
    let hasMaximum = range.upperBound < Int.max
    if hasMinimum { schema.append(.init(key: "minimum", value: .integer(range.lowerBound))) }
    if hasMaximum { schema.append(.init(key: "maximum", value: .integer(range.upperBound))) }
    switch (hasMinimum, hasMaximum) {
    case (true, true): phrase += " from \(range.lowerBound) to \(range.upperBound)"
    case (true, false): phrase += " of at least \(range.lowerBound)"
    case (false, true): phrase += " of at most \(range.upperBound)"
    case (false, false): break
    }
    return FieldKind(
      phrase: phrase, schema: schema, placeholder: range.contains(0) ? 0 : range.lowerBound,
      encode: { .integer($0) }, decode: { $0.intValue }, contains: { range.contains($0) })
  }
}

extension FieldKind where Value == Double {
  static func number(in range: ClosedRange<Double>, above exclusiveMinimum: Double?) -> FieldKind {
    var schema: [JSONValue.Member] = [.init(key: "type", value: "number")]
    var bounds: [String] = []
    if let exclusiveMinimum {
      schema.append(.init(key: "exclusiveMinimum", value: .number(exclusiveMinimum)))
      bounds.append("above \(brief(exclusiveMinimum))")
    } else if range.lowerBound > -.greatestFiniteMagnitude {
      schema.append(.init(key: "minimum", value: .number(range.lowerBound)))
      bounds.append("of at least \(brief(range.lowerBound))")
    }
    if range.upperBound < .greatestFiniteMagnitude {
      schema.append(.init(key: "maximum", value: .number(range.upperBound)))
      bounds.append("of at most \(brief(range.upperBound))")
    }
    let isAllowed = { (value: Double) in
      range.contains(value) && exclusiveMinimum.map { value > $0 } ?? true
    }
    let candidates = [0, 1, range.lowerBound, range.upperBound]
    return FieldKind(
      phrase: bounds.isEmpty ? "a number" : "a number " + bounds.joined(separator: " and "), schema: schema,
      placeholder: candidates.first(where: isAllowed) ?? range.upperBound, encode: { .number($0) },
      decode: { $0.doubleValue }, contains: isAllowed)
  }

  /// A bound as people write it: `4`, not `4.0`.
  private static func brief(_ value: Double) -> String {
    JSONValue.number(value).intValue.map(String.init) ?? value.description
  }
}

extension FieldKind where Value == Bool {
  static var truth: FieldKind {
    FieldKind(
      phrase: "true or false", schema: [.init(key: "type", value: "boolean")], placeholder: false,
      encode: { .bool($0) }, decode: { $0.boolValue })
  }
}

extension FieldKind where Value == String {
  static var text: FieldKind {
    FieldKind(
      phrase: "a text", schema: [.init(key: "type", value: "string")], placeholder: "",
      encode: { .string($0) }, decode: { $0.stringValue })
  }
}
