import Diagnostics
import Files
import Training

/// The run directory of `opkit train`, and the rules for what may happen to it.
///
/// | in the directory | `never` | `never --force` | `auto` | `must` |
/// |---|---|---|---|---|
/// | nothing | start | start | start | status 3 |
/// | a run | status 4 | replace | continue | continue |
/// | something else | status 4 | status 4 | status 4 | status 4 |
struct RunTarget {
  /// How training begins.
  enum Start: Equatable {
    case fresh
    /// A run is there and shall be replaced.
    case replace
    /// A run is there and shall be continued.
    case resume
  }

  /// The file that every run directory has from its first moment on.
  static let marker = "config.resolved.json"

  let path: String

  func start(resume: Train.Resume, force: Bool) throws -> Start {
    guard let names = try contents(), !names.isEmpty else {
      if resume == .must { throw nothingToResume }
      try OutputPath.checkDirectory(OutputPath.existingAncestor(of: path), holding: path)
      return .fresh
    }
    guard names.contains(RunTarget.marker) else { throw foreign(names) }
    try OutputPath.checkDirectory(path, holding: path)
    switch resume {
    case .auto, .must: return .resume
    case .never where force: return .replace
    case .never: throw occupied
    }
  }

  /// Names in the directory; `nil` if there is none.
  private func contents() throws -> [String]? {
    switch OutputPath.kind(of: path) {
    case .absent: return nil
    case .directory:
      guard let names = OutputPath.names(in: path) else {
        throw Diagnostic(
          "output.unreadable", exit: .cannotWrite, "cannot look into '\(path)'", at: path,
          fix: "choose another run directory with -o")
      }
      // What a process leaves that was killed before its run began: its lock, and files that it had not finished.
      return names.filter { $0 != RunDirectory.lockName && !AtomicFile.isTemporary($0) }
    case .file, .other:
      throw Diagnostic(
        "output.not-a-directory", exit: .cannotWrite, "'\(path)' is not a directory", at: path,
        fix: "choose another run directory with -o")
    }
  }

  private var occupied: Diagnostic {
    Diagnostic(
      "output.exists", exit: .cannotWrite, "'\(path)' holds a run already", at: path,
      fix: "continue it with --resume auto, replace it with --force, or choose another one with -o")
  }

  private var nothingToResume: Diagnostic {
    Diagnostic(
      "input.no-run", exit: .badInput, "'\(path)' holds no run to continue", at: path,
      why: "--resume must was given", fix: "start one with --resume auto, or correct -o")
  }

  private func foreign(_ names: [String]) -> Diagnostic {
    Diagnostic(
      "output.foreign", exit: .cannotWrite, "'\(path)' holds files that are no run of opkit", at: path,
      why: "found \(names.prefix(3).joined(separator: ", "))\(names.count > 3 ? ", …" : "")",
      fix: "choose a new or empty run directory with -o")
  }
}
