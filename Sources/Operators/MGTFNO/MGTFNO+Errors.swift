import Layers

extension ModelError {
  package static func patchesDoNotDivide(axis: Int, points: Int, patches: Int) -> ModelError {
    ModelError(
      "\(patches) patches do not divide the \(points) points of axis \(axis)", key: "levels",
      why: "all patches have the same size",
      fix: "use fewer levels, or data on another grid")
  }

  /// The model sees the data in windows; points are the data's.
  package static func modesExceedWindow(axis: Int, modes: Int, points: Int, most: Int, least: Int)
    -> ModelError
  {
    let key = "modes[\(axis)]"
    return ModelError(
      "\(key) = \(modes) keeps more modes than the window of a patch has", key: key,
      why: "a window of the data's \(points) points on axis \(axis) has \(most) modes, padding included",
      fix:
        "set model.\(key) to \(most) or less, or use fewer levels, or data with \(least) points or more")
  }
}
