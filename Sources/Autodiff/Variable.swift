/// A batch of functions inside a graph that is being recorded.
public struct Variable {
  public let graph: Graph
  let id: Int
  public let shape: FieldShape
}
