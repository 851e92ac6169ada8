extension ConfigReader {
  /// An object inside this one; left out, it is empty, so that all of its defaults hold.
  public func section(_ key: String, doc: String) throws -> ConfigReader {
    if let known = section(named: key) { return known }
    let reader = try child(key, member(key), doc: doc)
    remember(
      Field(key: key, content: .section(reader), schema: described([], doc), isRequired: false))
    return reader
  }

  /// An object inside this one that may be left out or `null`, which both give `nil`.
  public func optionalSection(_ key: String, doc: String) throws -> ConfigReader? {
    let node = member(key)
    guard context.isDescribing || (node.map { !$0.isNull } ?? false) else {
      remember(Field(key: key, content: .value(.null), schema: described([], doc), isRequired: false))
      return nil
    }
    let reader = try child(key, node, doc: doc)
    remember(
      Field(
        key: key, content: .section(reader), schema: described([.init(key: "default", value: .null)], doc),
        isRequired: false))
    return reader
  }

  /// An object whose `type` chooses how the rest of it is read.
  ///
  ///     {"model": {"type": "fno", "modes": 16}}
  ///
  /// A bare text `"fno"` stands for `{"type": "fno"}`.
  ///
  /// - Parameters:
  ///   - entries: the known types; each reads its own keys from the object.
  ///   - default: the type when the key is left out; without it the key is required.
  public func variant<R>(
    _ key: String, of entries: [(name: String, doc: String, read: (ConfigReader) throws -> R)],
    default: String? = nil, doc: String
  ) throws -> R {
    precondition(!entries.isEmpty, "a variant without entries cannot be read")
    if context.isDescribing { return try describe(key, entries, default: `default`, doc: doc) }
    let names = entries.map(\.name)
    let node = member(key)
    let inner = try child(key, node?.value.stringValue == nil ? node : nil, doc: doc, at: node?.origin)
    let name: String
    if let node, let bare = node.value.stringValue {
      name = bare
      try inner.check(name, among: names, at: node.origin, path: join(key))
    } else if let type = inner.member("type"), let text = type.value.stringValue {
      name = text
      try inner.check(name, among: names, at: type.origin, path: inner.join("type"))
    } else if inner.member("type") == nil, let `default` {
      name = `default`
    } else if node == nil {
      throw missing(key, expected: "one of \(names.joined(separator: ", "))", doc: doc)
    } else {
      name = try inner.string("type", doc: "one of \(names.joined(separator: ", "))")
    }
    inner.remember(
      Field(key: "type", content: .value(.string(name)), schema: .object([]), isRequired: true))
    remember(Field(key: key, content: .section(inner), schema: .object([]), isRequired: false))
    guard let entry = entries.first(where: { $0.name == name }) else {
      preconditionFailure("the default '\(name)' of \(join(key)) is not among its entries")
    }
    return try entry.read(inner)
  }

  private func check(_ name: String, among names: [String], at origin: JSONNode.Origin, path: String) throws {
    guard names.contains(name) else {
      throw ConfigurationError.unknownChoice(
        place: place(origin, path: path), path: path, found: name, known: names)
    }
  }

  private func child(
    _ key: String, _ node: JSONNode?, doc: String, at origin: JSONNode.Origin? = nil
  ) throws -> ConfigReader {
    if let node, node.entries == nil {
      throw ConfigurationError.wrongType(
        place: place(node.origin, path: join(key)), path: join(key), found: node.phrase,
        expected: "an object")
    }
    return ConfigReader(context, node: node, path: join(key), anchor: node?.origin ?? origin ?? anchor)
  }

  /// Describes every entry, and returns the value of the default one (or of the first that reads).
  private func describe<R>(
    _ key: String, _ entries: [(name: String, doc: String, read: (ConfigReader) throws -> R)],
    default: String?, doc: String
  ) throws -> R {
    var alternatives: [JSONValue] = []
    var value: R?
    var failure: (any Error)?
    for entry in entries {
      let reader = ConfigReader(context, node: nil, path: join(key), anchor: anchor)
      let type: JSONValue = ["const": .string(entry.name)]
      reader.remember(
        Field(key: "type", content: .value(.string(entry.name)), schema: type, isRequired: true))
      do {
        let read = try entry.read(reader)
        if value == nil || entry.name == `default` { value = read }
      } catch {
        failure = error
      }
      alternatives.append(described(reader.objectSchema, entry.doc))
    }
    alternatives.append(["enum": .array(entries.map { .string($0.name) })])
    var schema: [JSONValue.Member] = [.init(key: "anyOf", value: .array(alternatives))]
    if let `default` { schema.append(.init(key: "default", value: .string(`default`))) }
    remember(
      Field(
        key: key, content: .value(.null), schema: described(schema, doc), isRequired: `default` == nil))
    if let value { return value }
    throw failure ?? missing(key, expected: "one of the known types", doc: doc)
  }
}
