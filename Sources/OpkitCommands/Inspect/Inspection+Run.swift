import Configuration
import Diagnostics

extension Inspection {
  /// A run directory: what was asked, how far it is, what it left behind.
  init(runDirectory path: String) throws {
    let names = OutputPath.names(in: path) ?? []
    guard names.contains(RunTarget.marker) else {
      throw Diagnostic(
        "input.no-run", exit: .badInput, "'\(path)' is no run directory", at: path,
        why: "it has no file '\(RunTarget.marker)'", fix: "give the directory that 'opkit train' wrote")
    }
    func value(_ name: String) throws -> JSONValue {
      try asInput("\(path)/\(name)") { try ConfigDocument.load(path: "\(path)/\(name)").value }
    }
    let configuration = try value(RunTarget.marker)
    let summary = names.contains("summary.json") ? try value("summary.json") : nil
    let last = names.contains("metrics.jsonl") ? Inspection.lastLine(of: "\(path)/metrics.jsonl") : nil
    let checkpoints = names.filter { $0.hasSuffix(".safetensors") }
    let text = Inspection.sections([
      ("run \(path)", tableText(names.map { [$0] }, indent: 2)),
      ("last metrics", last.map { Inspection.flattened($0) } ?? ""),
      ("summary", summary.map { Inspection.flattened($0) } ?? ""),
      ("configuration", Inspection.flattened(configuration)),
    ])
    self.init(
      text: text,
      json: [
        "kind": "run", "path": .string(path), "files": .array(names.map { .string($0) }),
        "checkpoints": .array(checkpoints.map { .string($0) }), "lastMetrics": last ?? .null,
        "summary": summary ?? .null, "configuration": configuration,
      ])
  }

  /// The last complete line of a JSON Lines file, whose writer may have been killed in the middle of one.
  private static func lastLine(of path: String) -> JSONValue? {
    guard let text = InputPath.tail(of: path, bytes: 1 << 16) else { return nil }
    return text.split(separator: "\n").reversed().lazy.compactMap {
      try? JSONValue.parse(String($0), source: path)
    }.first
  }
}
