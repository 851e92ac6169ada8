import Layers

extension ModelError {
  /// The padded points must be a multiple of the patch on the coarsest scale, in points of the finest.
  package static func patchesMissGrid(key: String, axis: Int, points: Int, padded: Int, multiple: Int)
    -> ModelError
  {
    let missing = (points + multiple - 1) / multiple * multiple - points
    let fraction = (Double(missing) / Double(points) * 10_000).rounded() / 10_000
    return ModelError(
      "patches do not fill axis \(axis)", key: key,
      why:
        "it has \(padded) points with padding; whole patches on all scales take a multiple of \(multiple)",
      fix: missing > points
        ? "use smaller patches or fewer scales, or remove model.patch"
        : "set model.\(key) to \(fraction) on this axis (\(missing) points), or remove model.patch")
  }
}
