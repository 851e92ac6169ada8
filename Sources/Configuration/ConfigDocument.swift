#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A configuration file with the place of everything in it, and the overrides put on top.
///
/// Comments (`//`, `/* */`) and trailing commas are allowed, because people write these files; duplicate
/// keys, more than 64 levels and more than 16 MiB are refused.
public struct ConfigDocument: Sendable {
  /// The file name that messages use.
  public let source: String
  let bytes: [UInt8]
  var root: JSONNode

  /// - Throws: ``ConfigurationError`` when the file cannot be read or is no JSON object.
  public static func load(path: String) throws -> ConfigDocument {
    try ConfigDocument(bytes: readFile(path), source: path)
  }

  /// - Throws: ``ConfigurationError`` with line and column when `text` is no JSON object.
  public static func parse(_ text: String, source: String) throws -> ConfigDocument {
    try ConfigDocument(bytes: Array(text.utf8), source: source)
  }

  private init(bytes: [UInt8], source: String) throws {
    self.bytes = bytes
    self.source = source
    root = try JSONParser.parse(bytes, source: source, dialect: .relaxed)
    guard root.entries != nil else {
      throw ConfigurationError.rootNotObject(place: "\(source):1:1", found: root.phrase)
    }
  }

  /// The document as it stands, overrides included and defaults not.
  public var value: JSONValue { root.value }

  /// Reads a whole file of at most the parser's limit (and one byte more, so that a longer one is noticed).
  private static func readFile(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= JSONParser.maximumBytes {
      let count = read(descriptor, &chunk, chunk.count)
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw unreadable(path)
      }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }

  private static func unreadable(_ path: String) -> ConfigurationError {
    .unreadable(source: path, reason: String(cString: strerror(errno)))
  }
}
