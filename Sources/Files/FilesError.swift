import Diagnostics

/// What can go wrong with plain files, as facts. `reason` holds the system's or the format's own words.
public enum FilesError: Error, Equatable {
  case cannotWrite(path: String, action: String, reason: String)
  case exists(path: String)
  case notRegular(path: String, kind: String)
  /// A journal holds the records of other work.
  case foreignJournal(path: String)
  /// Another process appends to this journal.
  case inUse(path: String)
  case cannotRead(path: String, reason: String)
  /// A file of another kind.
  case otherFormat(path: String, format: String)
  case notSafetensors(path: String, reason: String)
  case missingTensor(path: String, name: String, known: [String])
  case wrongTensorType(path: String, name: String, found: String, expected: String)
}

extension FilesError: Diagnosable {
  public var diagnostic: Diagnostic {
    switch self {
    case .cannotWrite(let path, let action, let reason):
      Diagnostic(
        "output.write", exit: .cannotWrite, "cannot \(action) '\(path)'", at: path, why: reason,
        fix: "write to a directory that exists, that you may write to and that has space")
    case .exists(let path):
      Diagnostic(
        "output.exists", exit: .cannotWrite, "'\(path)' exists already", at: path,
        why: "nothing is overwritten unasked", fix: "choose another output, or add --force to replace it")
    case .notRegular(let path, let kind):
      Diagnostic(
        "output.kind", exit: .cannotWrite, "'\(path)' is \(kind)", at: path,
        why: "a finished file takes the place of this name, which is only safe for ordinary files",
        fix: "give the name of a file")
    case .foreignJournal(let path):
      Diagnostic(
        "output.journal", exit: .cannotWrite, "'\(path)' holds the progress of other work", at: path,
        why: "its configuration, range or version of opkit differs from this run's",
        fix: "run it with the same settings, or remove the file to start anew")
    case .inUse(let path):
      Diagnostic(
        "output.held", exit: .cannotWrite, "another run holds '\(path)'", at: path,
        fix: "wait for it to end, or choose another output")
    case .cannotRead(let path, let reason):
      Diagnostic(
        "input.unreadable", exit: .badInput, "cannot read '\(path)'", at: path, why: reason,
        fix: "check the path and its permissions")
    case .notSafetensors(let path, let reason):
      Diagnostic(
        "input.safetensors", exit: .badInput, "'\(path)' is not a valid safetensors file", at: path,
        why: reason, fix: "give a file that was written completely; copy it again if it was transferred")
    case .otherFormat(let path, let format):
      Diagnostic(
        "input.safetensors", exit: .badInput, "'\(path)' is \(format)", at: path,
        why: "a safetensors file is read here",
        fix: "give a model's checkpoint, as the best.safetensors of a run")
    case .missingTensor(let path, let name, let known):
      Diagnostic(
        "input.tensor", exit: .badInput, "no tensor named '\(name)'", at: path,
        why: known.isEmpty ? "the file holds no tensors" : "the file holds \(FilesError.listing(known))",
        fix: nearestName(to: name, among: known).map { "the nearest name is '\($0)'" })
    case .wrongTensorType(let path, let name, let found, let expected):
      Diagnostic(
        "input.tensor", exit: .badInput, "tensor '\(name)' has element type \(found)", at: path,
        why: "\(expected) is needed here")
    }
  }

  /// The first names of a list that may be long.
  static func listing(_ names: [String]) -> String {
    let shown = names.prefix(8).joined(separator: ", ")
    return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
  }
}
