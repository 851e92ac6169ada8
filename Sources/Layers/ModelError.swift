import Diagnostics

/// A model's configuration and the data do not fit each other.
///
/// Which errors there are is said where they are found: a model's folder has its own as static functions that make one.
public struct ModelError: Error, Equatable, Diagnosable {
  /// Key inside the model's configuration that the error is about.
  public let key: String
  public let diagnostic: Diagnostic

  public enum Kind: String {
    /// A value is out of its range.
    case range = "config.range"
    /// Settings contradict each other.
    case conflict = "config.conflict"
  }

  /// - Parameter key: inside the model's configuration.
  public init(_ what: String, kind: Kind = .range, key: String, why: String, fix: String) {
    self.key = key
    diagnostic = Diagnostic(kind.rawValue, exit: .usage, what, at: "model.\(key)", why: why, fix: fix)
  }
}

// Errors of several models.
extension ModelError {
  public static func modesExceedGrid(
    axis: Int, modes: Int, points: Int, most: Int, least: Int, key list: String = "modes"
  ) -> ModelError {
    let key = "\(list)[\(axis)]"
    return ModelError(
      "\(key) = \(modes) keeps more modes than the grid has", key: key,
      why: "the data has \(points) points on axis \(axis), so at most \(most) modes exist",
      fix: "set model.\(key) to \(most) or less, or use data with \(least) points or more")
  }

  /// A layer inside the model works on a coarser grid than the data's.
  public static func modesExceedLayer(key: String, layer: Int, modes: Int, points: Int, most: Int)
    -> ModelError
  {
    ModelError(
      "\(key) = \(modes) keeps more modes than layer \(layer) has", key: key,
      why: "the coarser of its two grids has \(points) points on an axis, so at most \(most) modes exist",
      fix: (most > 0 ? "set it to \(most) or less, " : "")
        + "let layers change the grid less, or use data with more points")
  }

  public static func listLength(key: String, count: Int, dimensions: Int) -> ModelError {
    ModelError(
      "\(key) has \(count) entries for \(dimensions) axes", key: key,
      why: "the data has \(dimensions) spatial \(dimensions == 1 ? "axis" : "axes")",
      fix: "give one number for all axes, or \(dimensions) numbers")
  }

  public static func dimensions(model: String, supported: ClosedRange<Int>, data: Int) -> ModelError {
    ModelError(
      "model '\(model)' does not exist in \(data) dimensions", key: "type",
      why: "it is defined for \(supported.lowerBound) to \(supported.upperBound) spatial axes",
      fix: "choose another model; 'opkit list models --json' has their dimensions")
  }

  public static func gridChanges(key: String, from: [Int], to: [Int]) -> ModelError {
    ModelError(
      "\(key) leads from the grid \(from) to \(to)", key: key,
      why: "predictions are compared with data on the grid of the inputs, padding included",
      fix: "choose factors whose product is 1 and that give whole numbers of points")
  }

  public static func layerCount(key: String, count: Int, layers: Int) -> ModelError {
    ModelError(
      "\(key) has \(count) entries for \(layers) layers", key: key, why: "the model has \(layers) layers",
      fix: "give one number for all layers, or \(layers) numbers")
  }

  /// Grids are those of all levels as far as they exist, finest first.
  public static func tooManyLevels(key: String, levels: Int, grids: [[Int]]) -> ModelError {
    ModelError(
      "the grid \(grids[0]) has too few points for this model", key: key,
      why: "model.\(key) asks for \(levels) grids, and \(grids) end too small",
      fix: "use fewer, or data on a finer grid")
  }

  public static func headsDoNotDivide(key: String, heads: Int, width: Int) -> ModelError {
    ModelError(
      "\(heads) heads do not divide \(width) channels", key: key,
      why: "each head has its own equal part of them", fix: "choose heads and width that divide")
  }
}
