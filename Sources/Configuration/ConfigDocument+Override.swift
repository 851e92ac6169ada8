extension ConfigDocument {
  /// Applies `path.to.key=value`; the value is JSON if it reads as JSON, and else a text.
  ///
  /// Objects on the way are created; `path[2]` names an entry of a list that exists. Whether the keys mean
  /// anything is found out by the reader, with this flag as the place.
  public mutating func set(_ assignment: String) throws {
    let flag = "--set \(assignment)"
    guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else {
      throw ConfigurationError.assignmentWithoutPath(flag: flag)
    }
    let text = String(assignment[assignment.index(after: equals)...])
    let parse = { try JSONParser.parse(Array(text.utf8), source: flag, dialect: .relaxed).value }
    // What begins as an object, a list or a quoted text is meant as one; anything else that is no JSON is a text.
    let isJSON = text.first { $0 != " " }.map { "{[\"".contains($0) } ?? false
    let value = isJSON ? try parse() : (try? parse()) ?? .string(text)
    try set(String(assignment[..<equals]), to: value, flag: flag)
  }

  /// Puts a value at a path in the name of a flag, such as `--seed 7`.
  public mutating func set(_ path: String, to value: JSONValue, flag: String) throws {
    guard let steps = PathStep.parse(path) else { throw ConfigurationError.assignmentWithoutPath(flag: flag) }
    let override = Override(value: JSONNode(value, origin: .flag(flag)), flag: flag)
    try override.apply(steps[...], to: &root, path: "")
  }
}

/// One step of a path such as `model.modes[1]`.
enum PathStep: Equatable {
  case key(String)
  case index(Int)

  static func parse(_ path: String) -> [PathStep]? {
    var steps: [PathStep] = []
    for part in path.split(separator: ".", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
      guard let key = pieces.first, !key.isEmpty else { return nil }
      steps.append(.key(String(key)))
      for piece in pieces.dropFirst() {
        guard piece.last == "]", let index = Int(piece.dropLast()), index >= 0 else { return nil }
        steps.append(.index(index))
      }
    }
    return steps.count <= JSONParser.maximumDepth ? steps : nil
  }

  func appended(to path: String) -> String {
    switch self {
    case .key(let key): path.isEmpty ? key : "\(path).\(key)"
    case .index(let index): "\(path)[\(index)]"
    }
  }
}

private struct Override {
  let value: JSONNode
  let flag: String

  func apply(_ steps: ArraySlice<PathStep>, to node: inout JSONNode, path: String) throws {
    guard let step = steps.first else {
      node = value
      return
    }
    let inner = step.appended(to: path)
    switch step {
    case .key(let key):
      var entries = try self.entries(of: node, path: path)
      if let index = entries.firstIndex(where: { $0.key == key }) {
        try apply(steps.dropFirst(), to: &entries[index].node, path: inner)
      } else {
        var fresh = JSONNode(content: .object([]), origin: .flag(flag))
        try apply(steps.dropFirst(), to: &fresh, path: inner)
        entries.append(.init(key: key, keyOrigin: .flag(flag), node: fresh))
      }
      node.content = .object(entries)
    case .index(let index):
      guard var elements = node.elements else {
        throw ConfigurationError.assignmentThroughValue(flag: flag, path: path, found: node.phrase)
      }
      guard elements.indices.contains(index) else {
        throw ConfigurationError.assignmentIndex(flag: flag, path: path, index: index, count: elements.count)
      }
      try apply(steps.dropFirst(), to: &elements[index], path: inner)
      node.content = .array(elements)
    }
  }

  /// The keys of a node; `"fno"` stands for `{"type": "fno"}` and `null` for an object left out.
  private func entries(of node: JSONNode, path: String) throws -> [JSONNode.Entry] {
    switch node.content {
    case .object(let entries): return entries
    case .scalar(.null): return []
    case .scalar(.string): return [.init(key: "type", keyOrigin: node.origin, node: node)]
    default: throw ConfigurationError.assignmentThroughValue(flag: flag, path: path, found: node.phrase)
    }
  }
}
