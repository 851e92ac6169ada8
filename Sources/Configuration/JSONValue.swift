/// A JSON value that keeps the order of keys and the difference between integers and other numbers.
///
/// Values can be written as Swift literals:
///
///     let line: JSONValue = ["epoch": 3, "loss": 0.25, "note": "best so far"]
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number written without fraction and exponent that fits in `Int`.
  case integer(Int)
  /// Any other number. A non-finite one is written as `null`, because JSON has no name for it.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One key of an object with its value.
  public struct Member: Sendable, Equatable {
    public var key: String
    public var value: JSONValue

    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }
}

extension JSONValue {
  /// Reads strict JSON: no comments, no trailing commas, no duplicate keys, at most 64 levels and 16 MiB.
  ///
  /// - Parameters:
  ///   - text: the whole document; white space may surround the value.
  ///   - source: the name that messages give as the place.
  /// - Throws: ``ConfigurationError`` with line and column.
  public static func parse(_ text: String, source: String) throws -> JSONValue {
    try JSONParser.parse(Array(text.utf8), source: source, dialect: .strict).value
  }

  /// The value of a key, if this is an object that has it.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The integer, also of a number such as `1e3` that has an exact integer value of at most 2⁵³.
  public var intValue: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value) where abs(value) <= 0x1p53 && value.rounded() == value: Int(value)
    default: nil
    }
  }

  public var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  public var stringValue: String? {
    if case .string(let value) = self { value } else { nil }
  }

  public var arrayValue: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  public var members: [Member]? {
    if case .object(let value) = self { value } else { nil }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member(key: $0.0, value: $0.1) })
  }
}
