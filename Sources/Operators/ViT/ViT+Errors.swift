import Layers

extension ModelError {
  /// A patch's kernel is finer than the grid.
  package static func patchUnresolved(key: String, axis: Int, points: Int, knots: Int) -> ModelError {
    ModelError(
      "patches are finer than the grid on axis \(axis)", key: key,
      why: "their kernels have \(knots) knots over the domain, and the axis has \(points) points",
      fix: "use fewer patches or knots, or data on a finer grid")
  }
}
