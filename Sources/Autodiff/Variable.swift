/// A batch of functions inside a graph that is being recorded.
public struct Variable {
  public let graph: Graph
  let id: Int
  public let shape: FieldShape

  /// The same numbers in the same order under another shape; nothing is computed or copied.
  ///
  /// A field `[B, C, N…]` is stored `[B][N…][C]`, so it may be read as `B` rows of ∏N·C channels, say.
  public func reshaped(_ shape: FieldShape) -> Variable {
    precondition(
      shape.count == self.shape.count, "\(self.shape) and \(shape) hold different numbers of elements")
    return Variable(graph: graph, id: id, shape: shape)
  }

  /// One row of channels per sample: all values of a sample's field, point by point.
  public var flattened: Variable {
    reshaped(FieldShape(batch: shape.batch, grid: [], channels: shape.sampleCount))
  }
}
