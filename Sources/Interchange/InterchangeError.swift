import Diagnostics

/// What can go wrong with files of other programs, as facts.
public enum InterchangeError: Error, Equatable {
  /// The file is damaged, hostile, or of a kind that is not read.
  case notReadable(path: String, reason: String)
  /// torch's format before version 1.6.
  case legacyTorch(path: String)
  case missingTensor(path: String, name: String)
  case tensorShape(path: String, name: String, found: [Int], needed: [Int])
  case unknownTensors(path: String, names: [String])
  /// A setting of the other program that has no counterpart here, and what it does there where its name does not say it.
  case unsupported(path: String, setting: String, value: String, reason: String? = nil)
  /// A setting that the other program's releases do not have.
  case unknownSetting(path: String, setting: String, value: String)
  /// A setting of a model of opkit that has no counterpart in the other program.
  case notExportable(path: String, setting: String, value: String, reason: String)
  /// The state does not say something, and neither does its metadata.
  case undetermined(path: String, what: String)
}

extension InterchangeError: Diagnosable {
  public var diagnostic: Diagnostic {
    switch self {
    case .notReadable(let path, let reason):
      return Diagnostic(
        "input.state-dict", exit: .badInput, "'\(path)' is not a state dict that can be read", at: path,
        why: reason, fix: "give a file written by torch.save or safetensors, complete and unchanged")
    case .legacyTorch(let path):
      return Diagnostic(
        "input.state-dict", exit: .badInput, "'\(path)' is in torch's old file format", at: path,
        why: "only the zip format, torch's default since version 1.6, is read",
        fix: "load it with torch and save it again, or save it as safetensors")
    case .missingTensor(let path, let name):
      return Diagnostic(
        "input.tensor", exit: .badInput, "the state dict has no tensor '\(name)'", at: path,
        why: "the model needs it: FNO and TFNO as neuraloperator 1.0 and later name their tensors",
        fix: "correct the configuration with --metadata or --set model.KEY=VALUE")
    case .tensorShape(let path, let name, let found, let needed):
      return Diagnostic(
        "input.tensor", exit: .badInput, "tensor '\(name)' has shape \(found)", at: path,
        why: "the configured model needs \(needed)",
        fix: "correct the configuration with --metadata or --set model.KEY=VALUE")
    case .unknownTensors(let path, let names):
      let shown = names.prefix(4).joined(separator: ", ")
      return Diagnostic(
        "input.tensor", exit: .badInput,
        "the model has no place for \(names.count) tensors of the state dict",
        at: path, why: "left over: \(shown)\(names.count > 4 ? ", …" : "")",
        fix: "correct the configuration with --metadata or --set model.KEY=VALUE")
    case .unsupported(let path, let setting, let value, let reason):
      return Diagnostic(
        "input.state-dict", exit: .badInput, "\(setting) = \(value) has no counterpart in opkit", at: path,
        why: reason ?? "converted models compute the same function or are refused",
        fix: "convert a model without this setting")
    case .unknownSetting(let path, let setting, let value):
      return Diagnostic(
        "input.state-dict", exit: .badInput, "\(setting) = \(value) is no known setting of an FNO", at: path,
        why: "it may change the function, and neuraloperator 1.0 and 2.0 do not have it",
        fix: "convert a model without this setting, or give its settings with --metadata")
    case .notExportable(let path, let setting, let value, let reason):
      return Diagnostic(
        "input.checkpoint", exit: .badInput, "\(setting) = \(value) has no counterpart in neuraloperator",
        at: path, why: reason, fix: "convert a model without this setting")
    case .undetermined(let path, let what):
      return Diagnostic(
        "input.state-dict", exit: .badInput, "the state dict does not say \(what)", at: path,
        why: "neither its tensors nor its metadata have it",
        fix: "give the file NAME_metadata.pkl of save_checkpoint with --metadata")
    }
  }
}
