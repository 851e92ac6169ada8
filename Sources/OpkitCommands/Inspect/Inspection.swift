import Configuration
import Diagnostics

/// What is in a file, as text for people and as JSON for programs.
struct Inspection {
  var text: String
  var json: JSONValue

  init(text: String, json: JSONValue) {
    self.text = text
    self.json = json
  }

  /// Looks into whatever stands at `path`.
  init(of path: String) throws {
    switch OutputPath.kind(of: path) {
    case .directory: self = try Inspection(runDirectory: path)
    case .file where Inspection.looksLikeSafetensors(path): self = try Inspection(checkpoint: path)
    case .file: self = try Inspection(dataset: path)
    case .absent:
      throw Diagnostic(
        "input.missing", exit: .badInput, "there is nothing at '\(path)'", at: path,
        fix: "give the path of a dataset, a checkpoint or a run directory")
    case .other:
      throw Diagnostic(
        "input.not-a-file", exit: .badInput, "'\(path)' is neither a file nor a directory", at: path,
        fix: "give the path of a dataset, a checkpoint or a run directory")
    }
  }

  /// Blocks of text under headings, with an empty line between them.
  static func sections(_ sections: [(heading: String, body: String)]) -> String {
    sections.filter { !$0.body.isEmpty }.map { "\($0.heading)\n\($0.body)" }.joined(separator: "\n\n")
  }

  /// Keys and values of an object with dotted paths, one per line.
  static func flattened(_ value: JSONValue, indent: Int = 2) -> String {
    tableText(rows(of: value, path: ""), indent: indent)
  }

  /// Longest list that is printed whole; of a longer one the ends and the length are.
  private static let longestList = 8

  private static func rows(of value: JSONValue, path: String) -> [[String]] {
    if let members = value.members, !members.isEmpty {
      return members.flatMap { rows(of: $0.value, path: path.isEmpty ? $0.key : "\(path).\($0.key)") }
    }
    if let list = value.arrayValue, list.contains(where: { $0.members != nil }) {
      return list.enumerated().flatMap { rows(of: $1, path: "\(path)[\($0)]") }
    }
    if let list = value.arrayValue, list.count > longestList, let first = list.first, let last = list.last {
      return [
        [
          path,
          "[\(first.serialized(indent: nil)), …, \(last.serialized(indent: nil))]  \(list.count) values",
        ]
      ]
    }
    return [[path, value.stringValue ?? value.serialized(indent: nil)]]
  }
}
