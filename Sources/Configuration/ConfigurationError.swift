import Diagnostics

/// What can be wrong with a configuration or a JSON text, as facts.
///
/// `place` is a text that a reader can open: `configs/x.json:14:9: model.modes[1]`, or the flag that set
/// the value.
public enum ConfigurationError: Error, Equatable {
  case unreadable(source: String, reason: String)
  case tooLarge(source: String, bytes: Int)
  case syntax(place: String, message: String)
  case rootNotObject(place: String, found: String)
  case unknownKey(place: String, key: String, known: [String])
  case missing(place: String, path: String, doc: String, expected: String, similar: String?)
  case wrongType(place: String, path: String, found: String, expected: String)
  case outOfRange(place: String, path: String, value: String, expected: String, doc: String)
  case wrongCount(place: String, path: String, found: Int, expected: Int)
  case unknownChoice(place: String, path: String, found: String, known: [String])
  case assignmentWithoutPath(flag: String)
  case assignmentThroughValue(flag: String, path: String, found: String)
  case assignmentIndex(flag: String, path: String, index: Int, count: Int)
}

extension ConfigurationError: Diagnosable {
  public var diagnostic: Diagnostic {
    switch self {
    case .unreadable(let source, let reason):
      Diagnostic(
        "config.file", exit: .usage, "cannot read the configuration '\(source)'", at: source, why: reason,
        fix: "give the path of a JSON file that exists; configs/ has examples")
    case .tooLarge(let source, let bytes):
      Diagnostic(
        "config.size", exit: .usage, "\(bytes) bytes are too many for a JSON text", at: source,
        why: "texts of more than \(JSONParser.maximumBytes >> 20) MiB are refused",
        fix: "check that this is the file you meant")
    case .syntax(let place, let message):
      Diagnostic(
        "config.syntax", exit: .usage, "not valid JSON: \(message)", at: place,
        fix: "correct the text at this line and column")
    case .rootNotObject(let place, let found):
      Diagnostic(
        "config.type", exit: .usage, "a configuration must be an object, found \(found)", at: place,
        fix: "write { \"key\": value, … }")
    case .unknownKey(let place, let key, let known): unknownKey(place, key, known)
    case .missing(let place, let path, let doc, let expected, let similar):
      Diagnostic(
        "config.missing", exit: .usage, "\(path) is missing", at: place, why: "it has no default: \(doc)",
        fix: similar.map { "rename '\($0)' to '\(lastKey(path))'" }
          ?? "add \"\(lastKey(path))\" with \(expected)")
    case .wrongType(let place, let path, let found, let expected):
      Diagnostic(
        "config.type", exit: .usage, "\(path) is \(found)", at: place, why: "it must be \(expected)",
        fix: "set \(path) to \(expected)")
    case .outOfRange(let place, let path, let value, let expected, let doc):
      Diagnostic(
        "config.range", exit: .usage, "\(path) = \(value) is out of range", at: place, why: doc,
        fix: "set \(path) to \(expected)")
    case .wrongCount(let place, let path, let found, let expected):
      Diagnostic(
        "config.count", exit: .usage, "\(path) has \(found) \(found == 1 ? "entry" : "entries")", at: place,
        why: "it must have \(expected)", fix: "give \(expected) entries, or one value for all of them")
    case .unknownChoice(let place, let path, let found, let known):
      Diagnostic(
        "config.choice", exit: .usage, "\(path) = \"\(found)\" is unknown", at: place,
        why: "known: \(known.joined(separator: ", "))",
        fix: nearestName(to: found, among: known).map { "set \(path) to \"\($0)\"" }
          ?? "choose one of the known names")
    case .assignmentWithoutPath(let flag):
      Diagnostic(
        "config.override", exit: .usage, "this override has no path and value", at: flag,
        fix: "write --set path.to.key=value, for example --set training.epochs=2")
    case .assignmentThroughValue(let flag, let path, let found):
      Diagnostic(
        "config.override", exit: .usage, "\(path) is \(found), so nothing inside it can be set", at: flag,
        fix: "set \(path) itself, or correct the path")
    case .assignmentIndex(let flag, let path, let index, let count):
      Diagnostic(
        "config.override", exit: .usage, "\(path) has no entry \(index)", at: flag,
        why: "it has \(count) \(count == 1 ? "entry" : "entries"), counted from 0",
        fix: "set the whole list, for example --set '\(path)=[1, 2]'")
    }
  }

  private func unknownKey(_ place: String, _ key: String, _ known: [String]) -> Diagnostic {
    Diagnostic(
      "config.unknown-key", exit: .usage, "unknown key '\(key)'", at: place,
      why: known.isEmpty ? "no keys are allowed here" : "keys allowed here: \(known.joined(separator: ", "))",
      fix: nearestName(to: key, among: known).map { "rename it to '\($0)'" } ?? "remove it")
  }

  private func lastKey(_ path: String) -> String {
    path.split(separator: ".").last.map(String.init) ?? path
  }
}
