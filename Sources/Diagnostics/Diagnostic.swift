/// What a user is told when something fails: what, where, why and how to mend it.
///
/// Rendered once, at the top of the program, in four lines:
///
///     error[config.range]: modes[1] = 33 keeps more modes than the grid has
///       at    configs/train/darcy-fno.json: model.modes[1]
///       why   dataset 'darcy-64' has 64 points on axis 1, so at most 32 modes exist
///       fix   set model.modes[1] to 32 or less, or generate the data at 66 points or more
public struct Diagnostic: Error, Sendable, Equatable {
  /// Stable dotted identifier, such as `config.range`.
  public var code: String
  public var exitCode: ExitCode
  /// One line with the actual value.
  public var summary: String
  /// A place the reader can open: file and JSON path, file and HDF5 object, flag, step.
  public var location: String?
  /// The other party to the conflict, or the library's own words.
  public var reason: String?
  /// One imperative with a concrete number or name.
  public var fix: String?

  public init(
    _ code: String, exit exitCode: ExitCode, _ summary: String,
    at location: String? = nil, why reason: String? = nil, fix: String? = nil
  ) {
    self.code = code
    self.exitCode = exitCode
    self.summary = summary
    self.location = location
    self.reason = reason
    self.fix = fix
  }
}

extension Diagnostic: CustomStringConvertible {
  public var description: String {
    var lines = ["error[\(code)]: \(summary)"]
    if let location { lines.append("  at    \(location)") }
    if let reason { lines.append("  why   \(reason)") }
    if let fix { lines.append("  fix   \(fix)") }
    return lines.joined(separator: "\n")
  }
}

/// An error that knows how to say itself.
///
/// Modules throw enums that carry facts, with the sentences in one conformance per enum; a model's errors are values that
/// carry their sentence, so that they stand in its folder.
public protocol Diagnosable: Error {
  var diagnostic: Diagnostic { get }
}

extension Diagnostic: Diagnosable {
  public var diagnostic: Diagnostic { self }
}
