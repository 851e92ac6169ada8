/// A parsed value together with where it was written.
struct JSONNode: Sendable {
  indirect enum Content: Sendable {
    case scalar(JSONValue)
    case array([JSONNode])
    case object([Entry])
  }

  struct Entry: Sendable {
    var key: String
    /// Where the key itself stands; the node knows where the value stands.
    var keyOrigin: Origin
    var node: JSONNode
  }

  /// Where a value came from.
  enum Origin: Sendable, Equatable {
    /// Byte offset in the document's text.
    case text(offset: Int)
    /// The flag that set it, such as `--set training.epochs=2`.
    case flag(String)
  }

  var content: Content
  var origin: Origin

  var value: JSONValue {
    switch content {
    case .scalar(let value): value
    case .array(let nodes): .array(nodes.map(\.value))
    case .object(let entries): .object(entries.map { .init(key: $0.key, value: $0.node.value) })
    }
  }

  var isNull: Bool {
    if case .scalar(.null) = content { true } else { false }
  }

  var entries: [Entry]? {
    if case .object(let entries) = content { entries } else { nil }
  }

  var elements: [JSONNode]? {
    if case .array(let nodes) = content { nodes } else { nil }
  }

  func member(_ key: String) -> JSONNode? {
    entries?.first { $0.key == key }?.node
  }

  init(content: Content, origin: Origin) {
    self.content = content
    self.origin = origin
  }

  /// A value that a flag put in place; all of its parts come from that flag.
  init(_ value: JSONValue, origin: Origin) {
    self.origin = origin
    switch value {
    case .array(let values): content = .array(values.map { JSONNode($0, origin: origin) })
    case .object(let members):
      content = .object(
        members.map { Entry(key: $0.key, keyOrigin: origin, node: JSONNode($0.value, origin: origin)) })
    default: content = .scalar(value)
    }
  }

  /// What a message calls this value: its kind, with the value if that is short.
  var phrase: String {
    switch content {
    case .array: "a list"
    case .object: "an object"
    case .scalar(.null): "null"
    case .scalar(.bool(let value)): "\(value)"
    case .scalar(.string(let text)) where text.count <= 40: "the text \"\(text)\""
    case .scalar(.string): "a long text"
    case .scalar(let value): value.serialized(indent: nil)
    }
  }
}
