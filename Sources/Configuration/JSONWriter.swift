extension JSONValue {
  /// The value as strict JSON text.
  ///
  /// Numbers are the shortest text that reads back to the same bits; integers stay integers; a
  /// non-finite number becomes `null`.
  ///
  /// - Parameter indent: spaces per level, with short lists and objects of plain values kept on one line;
  ///   `nil` writes everything on one line, as JSON Lines needs.
  public func serialized(indent: Int? = nil) -> String {
    var writer = JSONWriter(indent: indent)
    writer.write(self, depth: 0)
    return writer.text
  }
}

private struct JSONWriter {
  /// Lists and objects of plain values up to this many characters stay on one line.
  private static let lineBudget = 72

  let indent: Int?
  var text = ""

  init(indent: Int?) { self.indent = indent }

  mutating func write(_ value: JSONValue, depth: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): writeString(value)
    case .array(let values):
      writeList(values, "[", "]", depth: depth, oneLine: fitsOnOneLine(value)) { writer, element, depth in
        writer.write(element, depth: depth)
      }
    case .object(let members):
      writeList(members, "{", "}", depth: depth, oneLine: fitsOnOneLine(value)) { writer, member, depth in
        writer.writeString(member.key)
        writer.text += ": "
        writer.write(member.value, depth: depth)
      }
    }
  }

  private mutating func writeList<Element>(
    _ elements: [Element], _ open: String, _ close: String, depth: Int, oneLine: Bool,
    _ writeElement: (inout JSONWriter, Element, Int) -> Void
  ) {
    text += open
    for (index, element) in elements.enumerated() {
      if index > 0 { text += oneLine ? ", " : "," }
      if !oneLine { breakLine(depth: depth + 1) }
      writeElement(&self, element, depth + 1)
    }
    if !oneLine { breakLine(depth: depth) }
    text += close
  }

  private mutating func breakLine(depth: Int) {
    text += "\n" + String(repeating: " ", count: depth * (indent ?? 0))
  }

  private func fitsOnOneLine(_ value: JSONValue) -> Bool {
    guard indent != nil else { return true }
    let parts = value.arrayValue ?? value.members?.map(\.value) ?? []
    let isFlat = parts.allSatisfy { part in
      switch part {
      case .array(let inner): inner.isEmpty
      case .object(let inner): inner.isEmpty
      default: true
      }
    }
    return isFlat && value.serialized(indent: nil).count <= JSONWriter.lineBudget
  }

  private mutating func writeString(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
