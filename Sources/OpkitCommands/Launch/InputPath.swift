import Diagnostics

/// A file that a command shall read, checked before any work is done.
enum InputPath {
  /// - Parameter role: what the file should be, such as `a checkpoint`.
  /// - Throws: exit status 3 if there is no such file.
  static func check(_ path: String, is role: String) throws {
    switch OutputPath.kind(of: path) {
    case .file: return
    case .absent:
      throw Diagnostic(
        "input.missing", exit: .badInput, "there is no file '\(path)'", at: path,
        fix: "give the path of \(role) that exists")
    case .directory, .other:
      throw Diagnostic(
        "input.not-a-file", exit: .badInput, "'\(path)' is not a file", at: path,
        fix: "give the path of \(role)")
    }
  }
}
