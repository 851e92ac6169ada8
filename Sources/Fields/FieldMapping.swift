/// Which parts of a sample an operator maps to which: the declaration that turns fields into a
/// learning problem.
public enum FieldMapping: Sendable, Equatable {
  /// Named input fields to named output fields, all steady (or all their times stacked as channels).
  case steady(inputs: [String], outputs: [String])
  /// A time-dependent field at its first time to the same field at its last.
  case initialToFinal(field: String)
  /// `inputSteps` consecutive times of a field, starting at its first, to the `outputSteps` after them.
  ///
  /// A model trained for one step is rolled out: it predicts the next time from the last
  /// `inputSteps`, which slide over its own predictions.
  case window(field: String, inputSteps: Int, outputSteps: Int)
  /// Named input fields on a grid to named output variables at scattered points, whose coordinates are another variable:
  /// points of each sample's own (`[sample, point]` or `[sample, point, coordinate]`), or the same for all
  /// (`[point, coordinate]`).
  case points(inputs: [String], points: String, outputs: [String])
  /// A time-dependent field at its first time to the same field at all its times at once, the first one included; the
  /// times are output channels.
  case trajectory(field: String)
}
