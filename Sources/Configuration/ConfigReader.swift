import Diagnostics

/// Reads one object of a configuration field by field, and remembers what was asked.
///
/// One call per field gives the value, its default, its allowed range and its documentation; the error
/// texts, the resolved echo and the JSON Schema all come from that call.
///
///     let width = try reader.int("width", default: 64, in: 1...4096, doc: "hidden channels")
///     try reader.finish()
///
/// Where a reader describes instead of reading (see ``schema(title:_:)``), required fields give
/// placeholders; read all fields first and check their combinations afterwards.
public final class ConfigReader {
  /// What all readers of one document share.
  struct Context {
    var source: String
    var bytes: [UInt8]
    /// Whether fields are described for a schema rather than read.
    var isDescribing: Bool
  }

  /// One key that was asked for.
  struct Field {
    enum Content {
      case value(JSONValue)
      case section(ConfigReader)
    }

    var key: String
    var content: Content
    var schema: JSONValue
    var isRequired: Bool
  }

  let context: Context
  /// The object; `nil` where the text leaves it out.
  let node: JSONNode?
  /// JSON path from the root; empty at the root.
  let path: String
  /// The nearest place that exists in the text.
  let anchor: JSONNode.Origin
  private(set) var fields: [Field] = []

  public convenience init(_ document: ConfigDocument) {
    self.init(
      Context(source: document.source, bytes: document.bytes, isDescribing: false), node: document.root,
      path: "", anchor: document.root.origin)
  }

  init(_ context: Context, node: JSONNode?, path: String, anchor: JSONNode.Origin) {
    self.context = context
    self.node = node
    self.path = path
    self.anchor = anchor
  }

  func remember(_ field: Field) {
    if let index = fields.firstIndex(where: { $0.key == field.key }) {
      fields[index] = field
    } else {
      fields.append(field)
    }
  }

  func section(named key: String) -> ConfigReader? {
    for field in fields where field.key == key {
      if case .section(let reader) = field.content { return reader }
    }
    return nil
  }

  /// Every key with its value, defaults filled in, in the order of reading: itself a valid configuration.
  public var resolved: JSONValue {
    .object(
      fields.map { field in
        switch field.content {
        case .value(let value): .init(key: field.key, value: value)
        case .section(let reader): .init(key: field.key, value: reader.resolved)
        }
      })
  }

  /// Refuses keys that nobody asked for, here and in all sections that were read.
  ///
  /// `$schema` and `$comment` are allowed at the root.
  public func finish() throws {
    let known = fields.map(\.key)
    let free: Set<String> = path.isEmpty ? ["$schema", "$comment"] : []
    for entry in node?.entries ?? [] where !known.contains(entry.key) && !free.contains(entry.key) {
      throw ConfigurationError.unknownKey(
        place: place(entry.keyOrigin, path: join(entry.key)), key: entry.key, known: known)
    }
    for field in fields {
      if case .section(let reader) = field.content { try reader.finish() }
    }
  }
}

extension ConfigReader {
  func join(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  func place(_ origin: JSONNode.Origin, path: String) -> String {
    switch origin {
    case .text(let offset):
      "\(context.source):\(LineColumn(of: offset, in: context.bytes))" + (path.isEmpty ? "" : ": \(path)")
    case .flag(let flag): path.isEmpty ? flag : "\(flag): \(path)"
    }
  }

  /// An error located at a key of this object: file, line, column and JSON path.
  ///
  /// - Parameters:
  ///   - key: a key, or a path below this object such as `modes[1]`; the nearest part that the text has
  ///     gives the line.
  ///   - summary: one line with the actual value.
  ///   - why: the other party to the conflict.
  ///   - fix: one imperative with a concrete number or name.
  public func fail(
    _ key: String, _ summary: String, why: String? = nil, fix: String? = nil, code: String = "config.range"
  ) -> Diagnostic {
    var origin = anchor
    var current = node
    for step in PathStep.parse(key) ?? [] {
      switch step {
      case .key(let name): current = current?.member(name)
      case .index(let index):
        let elements = current?.elements ?? []
        current = elements.indices.contains(index) ? elements[index] : nil
      }
      guard let found = current else { break }
      origin = found.origin
    }
    return Diagnostic(code, exit: .usage, summary, at: place(origin, path: join(key)), why: why, fix: fix)
  }
}
