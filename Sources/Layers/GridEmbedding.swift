import Autodiff
import Tensors

/// Appends each point's coordinates as channels, axis by axis.
public enum GridEmbedding: String, Sendable, CaseIterable {
  /// No coordinates: the model commutes with shifts of a periodic grid.
  case none
  /// j/N: 0 … 1 without the end point, as neuraloperator since 0.3.
  case halfOpen = "half-open"
  /// j/(N − 1): 0 … 1 with both ends, as the original FNO scripts.
  case closed

  /// Channels that it adds.
  public func channels(dimensions: Int) -> Int { self == .none ? 0 : dimensions }

  public func callAsFunction(_ x: Variable) -> Variable {
    if self == .none { return x }
    let grid = x.shape.grid
    let d = grid.count
    let buffer = HostBuffer(count: x.shape.points * d, precision: x.graph.precision)
    for point in 0..<x.shape.points {
      var rest = point
      for axis in (0..<d).reversed() {
        let (n, j) = (grid[axis], rest % grid[axis])
        rest /= n
        buffer[point * d + axis] = Double(j) / Double(self == .closed ? max(1, n - 1) : n)
      }
    }
    return x.appending(gridConstants: buffer, count: d)
  }
}
