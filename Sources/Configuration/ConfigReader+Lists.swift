extension ConfigReader {
  /// A list of integers; one number stands for a list of `count` equal ones.
  ///
  /// - Parameters:
  ///   - default: one entry stands for `count` equal ones; without a default the key is required.
  ///   - count: how many entries there must be; `nil` allows any number but none.
  ///   - each: what each entry may be.
  ///   - allowsEmpty: whether a list without entries is one.
  public func ints(
    _ key: String, default: [Int]? = nil, count: Int? = nil, each: ClosedRange<Int> = Int.min...Int.max,
    allowsEmpty: Bool = false, doc: String
  ) throws -> [Int] {
    try list(key, .integer(in: each), default: `default`, count: count, allowsEmpty: allowsEmpty, doc: doc)
  }

  /// A list of numbers; one number stands for a list of `count` equal ones. See ``ints(_:default:count:each:allowsEmpty:doc:)``.
  public func doubles(
    _ key: String, default: [Double]? = nil, count: Int? = nil,
    each: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude,
    exclusiveMinimum: Double? = nil, doc: String
  ) throws -> [Double] {
    try list(key, .number(in: each, above: exclusiveMinimum), default: `default`, count: count, doc: doc)
  }

  /// A list of texts; one text stands for a list of one. An empty list is allowed.
  public func strings(_ key: String, default: [String]? = nil, doc: String) throws -> [String] {
    try list(key, .text, default: `default`, count: nil, allowsEmpty: true, doc: doc)
  }

  private func list<T>(
    _ key: String, _ kind: FieldKind<T>, default: [T]?, count: Int?, allowsEmpty: Bool = false, doc: String
  ) throws -> [T] {
    let phrase = count.map { "a list of \($0), each \(kind.phrase)" } ?? "a list, each entry \(kind.phrase)"
    let values: [T]
    if let node = member(key) {
      values = try decode(node, kind, count: count, phrase: phrase, path: join(key), doc: doc)
      if values.isEmpty, !allowsEmpty {
        throw ConfigurationError.outOfRange(
          place: place(node.origin, path: join(key)), path: join(key), value: "[]",
          expected: "a list with at least one entry", doc: doc)
      }
    } else if let `default` {
      values = spread(`default`, count)
    } else if context.isDescribing {
      values = Array(repeating: kind.placeholder, count: count ?? 1)
    } else {
      throw missing(key, expected: phrase, doc: doc)
    }
    var array: [JSONValue.Member] = [
      .init(key: "type", value: "array"), .init(key: "items", value: .object(kind.schema)),
    ]
    if let count {
      array.append(.init(key: "minItems", value: .integer(count)))
      array.append(.init(key: "maxItems", value: .integer(count)))
    } else if !allowsEmpty {
      array.append(.init(key: "minItems", value: 1))
    }
    var schema: [JSONValue.Member] = [
      .init(key: "anyOf", value: [.object(array), .object(kind.schema)])
    ]
    if let `default` {
      schema.append(.init(key: "default", value: .array(spread(`default`, count).map(kind.encode))))
    }
    remember(
      Field(
        key: key, content: .value(.array(values.map(kind.encode))), schema: described(schema, doc),
        isRequired: `default` == nil))
    return values
  }

  private func decode<T>(
    _ node: JSONNode, _ kind: FieldKind<T>, count: Int?, phrase: String, path: String, doc: String
  ) throws -> [T] {
    guard let elements = node.elements else {
      guard case .scalar = node.content, kind.decode(node.value) != nil else {
        throw ConfigurationError.wrongType(
          place: place(node.origin, path: path), path: path, found: node.phrase, expected: phrase)
      }
      return Array(repeating: try decode(node, kind, path: path, doc: doc), count: count ?? 1)
    }
    let values = try elements.enumerated().map { index, element in
      try decode(element, kind, path: "\(path)[\(index)]", doc: doc)
    }
    if let count, values.count != count {
      throw ConfigurationError.wrongCount(
        place: place(node.origin, path: path), path: path, found: values.count, expected: count)
    }
    return values
  }

  private func spread<T>(_ values: [T], _ count: Int?) -> [T] {
    guard let count, values.count == 1, let value = values.first else { return values }
    return Array(repeating: value, count: count)
  }
}
