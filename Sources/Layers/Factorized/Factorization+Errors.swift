extension ModelError {
  public static func rankCount(form: String, count: Int, needed: Int) -> ModelError {
    ModelError(
      "ranks has \(count) entries and the factorization \(form) takes \(needed)", key: "ranks",
      why: "the weight's axes are (layers,) input channels, output channels, modes",
      fix: "give \(needed) ranks, or remove model.ranks and set model.rank")
  }

  /// The factors can be every weight of its extents with lower ranks.
  public static func rankExceedsWeight(index: Int, rank: Int, most: Int) -> ModelError {
    let key = "ranks[\(index)]"
    return ModelError(
      "\(key) = \(rank) is more than the weight can use", key: key,
      why: "with \(most) the factors can be every weight of its extents",
      fix: "set model.\(key) to \(most) or less")
  }

  /// Only Tucker's ranks belong to axes.
  public static func fixedAxesOfForm(_ form: String) -> ModelError {
    ModelError(
      "the factorization \(form) has no axes to keep", kind: .conflict, key: "fixedAxes",
      why: "only the ranks of tucker belong to an axis each",
      fix: "remove model.fixedAxes, or set model.factorization to \"tucker\"")
  }

  /// All ranks are given, those of fixed axes too.
  public static var fixedAxesBesideRanks: ModelError {
    ModelError(
      "fixedAxes and ranks contradict each other", kind: .conflict, key: "fixedAxes",
      why: "ranks says the rank of every axis, and fixedAxes is about ranks by fraction",
      fix: "remove model.fixedAxes and give these axes their extents in model.ranks, or remove model.ranks")
  }

  public static func noSuchAxis(key: String, axis: Int, axes: Int) -> ModelError {
    ModelError(
      "\(key) = \(axis) is no axis of the weight", key: key,
      why: "the weight has \(axes) axes: (layers,) input channels, output channels, modes",
      fix: "give numbers from 0 to \(axes - 1)")
  }
}
