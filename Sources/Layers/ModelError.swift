import Diagnostics

/// A model's configuration and the data do not fit each other.
public enum ModelError: Error, Equatable {
  case modesExceedGrid(axis: Int, modes: Int, points: Int, most: Int, least: Int)
  case listLength(key: String, count: Int, dimensions: Int)
  case dimensions(model: String, supported: ClosedRange<Int>, data: Int)
  case channelsDiffer(key: String, input: Int, output: Int)

  /// Key inside the model's configuration that the error is about.
  public var key: String {
    switch self {
    case .modesExceedGrid(let axis, _, _, _, _): return "modes[\(axis)]"
    case .listLength(let key, _, _), .channelsDiffer(let key, _, _): return key
    case .dimensions: return "type"
    }
  }
}

extension ModelError: Diagnosable {
  public var diagnostic: Diagnostic {
    switch self {
    case .modesExceedGrid(let axis, let modes, let points, let most, let least):
      return Diagnostic(
        "config.range", exit: .usage, "modes[\(axis)] = \(modes) keeps more modes than the grid has",
        at: "model.\(key)",
        why: "the data has \(points) points on axis \(axis), so at most \(most) modes exist",
        fix: "set model.modes[\(axis)] to \(most) or less, or use data with \(least) points or more")
    case .listLength(let key, let count, let dimensions):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) has \(count) entries for \(dimensions) axes",
        at: "model.\(key)",
        why: "the data has \(dimensions) spatial \(dimensions == 1 ? "axis" : "axes")",
        fix: "give one number for all axes, or \(dimensions) numbers")
    case .dimensions(let model, let supported, let data):
      return Diagnostic(
        "config.range", exit: .usage, "model '\(model)' does not exist in \(data) dimensions",
        at: "model.type",
        why: "it is defined for \(supported.lowerBound) to \(supported.upperBound) spatial axes",
        fix: "choose another model; 'opkit list models' shows their dimensions")
    case .channelsDiffer(let key, let input, let output):
      return Diagnostic(
        "config.range", exit: .usage, "\(key) needs as many input as output channels", at: "model.\(key)",
        why: "the data has \(input) input and \(output) output channels", fix: "remove model.\(key)")
    }
  }
}
