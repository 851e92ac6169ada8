/// A recursive-descent JSON reader that knows where everything stands.
///
/// Goals in this order: never trap and never hang on any bytes; say line and column; refuse what other
/// readers would understand differently (duplicate keys, lone surrogates, numbers out of range); speed.
struct JSONParser {
  enum Dialect {
    /// JSON as in RFC 8259, without duplicate keys.
    case strict
    /// Also `//` and `/* */` comments and trailing commas: for files that people write.
    case relaxed
  }

  static let maximumDepth = 64
  static let maximumBytes = 16 << 20

  private struct Failure: Error {
    var offset: Int
    var message: String
  }

  private let bytes: [UInt8]
  private let dialect: Dialect
  private var position = 0

  /// - Throws: ``ConfigurationError/tooLarge(source:bytes:)`` or ``ConfigurationError/syntax(place:message:)``.
  static func parse(_ bytes: [UInt8], source: String, dialect: Dialect) throws -> JSONNode {
    guard bytes.count <= maximumBytes else {
      throw ConfigurationError.tooLarge(source: source, bytes: bytes.count)
    }
    var parser = JSONParser(bytes: bytes, dialect: dialect)
    do {
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
      try parser.skipBlank()
      let node = try parser.value(depth: 0)
      try parser.skipBlank()
      guard parser.position == bytes.count else { throw parser.failure("text after the end of the value") }
      return node
    } catch let failure as Failure {
      let position = LineColumn(of: failure.offset, in: bytes)
      throw ConfigurationError.syntax(place: "\(source):\(position)", message: failure.message)
    }
  }

  private init(bytes: [UInt8], dialect: Dialect) {
    self.bytes = bytes
    self.dialect = dialect
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func failure(_ message: String) -> Failure { Failure(offset: position, message: message) }

  private mutating func value(depth: Int) throws -> JSONNode {
    let origin = JSONNode.Origin.text(offset: position)
    guard let byte = current else { throw failure("the text ends where a value should stand") }
    let opens = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
    guard !opens || depth < JSONParser.maximumDepth else {
      throw failure("nested deeper than \(JSONParser.maximumDepth) levels")
    }
    switch byte {
    case UInt8(ascii: "{"): return JSONNode(content: .object(try object(depth: depth)), origin: origin)
    case UInt8(ascii: "["): return JSONNode(content: .array(try array(depth: depth)), origin: origin)
    case UInt8(ascii: "\""): return JSONNode(content: .scalar(.string(try string())), origin: origin)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return JSONNode(content: .scalar(try number()), origin: origin)
    default: return JSONNode(content: .scalar(try word()), origin: origin)
    }
  }

  private mutating func object(depth: Int) throws -> [JSONNode.Entry] {
    var entries: [JSONNode.Entry] = []
    var seen: Set<String> = []
    position += 1
    try skipBlank()
    while current != UInt8(ascii: "}") {
      guard current == UInt8(ascii: "\"") else { throw failure("expected a key in double quotes or '}'") }
      let keyOffset = position
      let key = try string()
      guard seen.insert(key).inserted else {
        throw Failure(offset: keyOffset, message: "the key \"\(key)\" stands here for the second time")
      }
      try skipBlank()
      guard current == UInt8(ascii: ":") else { throw failure("expected ':' after the key \"\(key)\"") }
      position += 1
      try skipBlank()
      let node = try value(depth: depth + 1)
      entries.append(.init(key: key, keyOrigin: .text(offset: keyOffset), node: node))
      try separator(closing: UInt8(ascii: "}"))
    }
    position += 1
    return entries
  }

  private mutating func array(depth: Int) throws -> [JSONNode] {
    var nodes: [JSONNode] = []
    position += 1
    try skipBlank()
    while current != UInt8(ascii: "]") {
      nodes.append(try value(depth: depth + 1))
      try separator(closing: UInt8(ascii: "]"))
    }
    position += 1
    return nodes
  }

  /// After an element: a comma, or the closing bracket comes next.
  private mutating func separator(closing: UInt8) throws {
    try skipBlank()
    if current == closing { return }
    guard current == UInt8(ascii: ",") else {
      throw failure("expected ',' or '\(Character(UnicodeScalar(closing)))'")
    }
    let comma = position
    position += 1
    try skipBlank()
    if current == closing, dialect == .strict {
      throw Failure(offset: comma, message: "a comma before the closing bracket")
    }
    if current == nil { throw failure("the text ends inside a list or an object") }
  }

  private mutating func word() throws -> JSONValue {
    let words: [(String, JSONValue)] = [("true", .bool(true)), ("false", .bool(false)), ("null", .null)]
    let start = position
    while let byte = current, isWordByte(byte) { position += 1 }
    let found = String(decoding: bytes[start..<position], as: UTF8.self)
    if let match = words.first(where: { $0.0 == found }) { return match.1 }
    let isWord = !found.isEmpty && found.count <= 40
    throw Failure(
      offset: start,
      message: isWord ? "'\(found)' is no JSON value; texts stand in double quotes" : "expected a value")
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_")
      || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
  }

  private mutating func skipBlank() throws {
    while let byte = current {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case UInt8(ascii: "/") where dialect == .relaxed: try skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() throws {
    let start = position
    let next = position + 1 < bytes.count ? bytes[position + 1] : 0
    position += 2
    if next == UInt8(ascii: "/") {
      while let byte = current, byte != 0x0A { position += 1 }
    } else if next == UInt8(ascii: "*") {
      while position + 1 < bytes.count {
        if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
          position += 2
          return
        }
        position += 1
      }
      throw Failure(offset: start, message: "a comment that never ends")
    } else {
      throw Failure(offset: start, message: "expected a comment after '/'")
    }
  }
}

extension JSONParser {
  private mutating func digits() -> Int {
    let start = position
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position - start
  }

  private mutating func number() throws -> JSONValue {
    let start = position
    if current == UInt8(ascii: "-") { position += 1 }
    let leading = current
    let whole = digits()
    guard whole > 0 else { throw failure("expected a digit") }
    if leading == UInt8(ascii: "0"), whole > 1 {
      throw Failure(offset: start, message: "a number with a leading zero")
    }
    var isInteger = true
    if current == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      guard digits() > 0 else { throw failure("expected a digit after the decimal point") }
    }
    if let byte = current, byte | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      guard digits() > 0 else { throw failure("expected a digit in the exponent") }
    }
    let literal = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(literal) { return .integer(value) }
    guard let value = Double(literal), value.isFinite else {
      throw Failure(offset: start, message: "a number too large for a 64-bit float")
    }
    return .number(value)
  }

  private mutating func string() throws -> String {
    let start = position
    var content: [UInt8] = []
    position += 1
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw Failure(offset: start, message: "a text that is not valid UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &content)
      case 0..<0x20:
        position -= 1
        throw failure("a line break or control character inside a text; write \\n")
      default: content.append(byte)
      }
    }
    throw Failure(offset: start, message: "a text whose closing quote is missing")
  }

  private mutating func escape(into content: inout [UInt8]) throws {
    let start = position - 1
    guard let byte = current else { throw failure("the text ends inside an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if code >= 0xD800, code < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try hexadecimal()
        guard low >= 0xDC00, low < 0xE000 else {
          throw Failure(offset: start, message: "half of a surrogate pair")
        }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = UnicodeScalar(code) else {
        throw Failure(offset: start, message: "half of a surrogate pair")
      }
      content.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw Failure(offset: start, message: "an unknown escape")
    }
  }

  private mutating func hexadecimal() throws -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      code = code << 4 + UInt32(digit)
      position += 1
    }
    return code
  }
}
