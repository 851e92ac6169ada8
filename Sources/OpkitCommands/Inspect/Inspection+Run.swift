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
    let configuration = try ConfigDocument.load(path: "\(path)/\(RunTarget.marker)").value
    let summary =
      names.contains("summary.json") ? try ConfigDocument.load(path: "\(path)/summary.json").value : nil
    let last = names.contains("metrics.jsonl") ? try Inspection.lastLine(of: "\(path)/metrics.jsonl") : nil
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

  /// The last complete line of a JSON Lines file.
  private static func lastLine(of path: String) throws -> JSONValue? {
    guard let text = InputPath.tail(of: path, bytes: 1 << 16) else { return nil }
    let lines = text.split(separator: "\n")
    return try lines.last.map { try JSONValue.parse(String($0), source: path) }
  }
}
