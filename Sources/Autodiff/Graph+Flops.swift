extension Graph {
  /// Additions and multiplications of an operation's two directions; a function such as GELU counts as one. For
  /// reports: nothing is decided by it.
  public struct Flops: Sendable, Equatable {
    public var forward: Double
    public var backward: Double

    public init(forward: Double, backward: Double) {
      self.forward = forward
      self.backward = backward
    }

    /// A matrix product of `multiplications`, whose backward pass has two of the same size.
    public static func product(_ multiplications: Double) -> Flops {
      Flops(forward: 2 * multiplications, backward: 4 * multiplications)
    }

    /// One operation per element in either direction.
    public static func elementwise(_ elements: Int) -> Flops {
      Flops(forward: Double(elements), backward: Double(elements))
    }
  }
}
