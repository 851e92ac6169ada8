extension ModelError {
  /// Rotary position turns pairs of a head's channels.
  public static func oddHead(key: String, width: Int) -> ModelError {
    ModelError(
      "heads of \(width) channels cannot be turned", key: key, why: "rotary position turns pairs of channels",
      fix: "give heads an even number of channels")
  }

  /// And each axis needs a pair.
  public static func narrowHead(key: String, width: Int, axes: Int) -> ModelError {
    ModelError(
      "heads of \(width) channels cannot tell places on \(axes) axes", key: key,
      why: "rotary position turns a pair of channels for each axis at least",
      fix: "give heads \(2 * axes) channels or more")
  }
}
