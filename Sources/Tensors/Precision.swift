/// Element type of a computation: Float for training, Double where a configuration asks for it and in
/// gradient checks.
public enum Precision: String, Sendable, CaseIterable {
  case float32
  case float64

  /// Bytes of one element.
  public var byteCount: Int { self == .float32 ? 4 : 8 }
}
