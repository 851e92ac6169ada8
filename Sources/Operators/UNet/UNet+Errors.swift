import Layers

extension ModelError {
  /// Each level of a model halves the grid.
  package static func gridNotDivisible(key: String, axis: Int, points: Int, factor: Int) -> ModelError {
    ModelError(
      "\(factor) does not divide the \(points) points of the periodic axis \(axis)", key: key,
      why: "each level but the first has half the points of the one above, and fields repeat",
      fix: "give model.\(key) fewer entries, or use data with a multiple of \(factor) points")
  }
}
