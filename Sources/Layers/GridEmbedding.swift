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
  /// cos and sin of 2πj/N: places on a circle, where the others have a jump between the last point and the first.
  case circle

  /// Channels that it adds.
  public func channels(dimensions: Int) -> Int {
    switch self {
    case .none: return 0
    case .halfOpen, .closed: return dimensions
    case .circle: return 2 * dimensions
    }
  }

  public func callAsFunction(_ x: Variable) -> Variable {
    if self == .none { return x }
    let grid = x.shape.grid
    let (d, count) = (grid.count, channels(dimensions: grid.count))
    let buffer = HostBuffer(count: x.shape.points * count, precision: x.graph.precision)
    for point in 0..<x.shape.points {
      var rest = point
      for axis in (0..<d).reversed() {
        let (n, j) = (grid[axis], rest % grid[axis])
        rest /= n
        if self == .circle {
          let place = exactSineAndCosine(numerator: j, denominator: n)
          buffer[point * count + 2 * axis] = place.cosine
          buffer[point * count + 2 * axis + 1] = place.sine
        } else {
          buffer[point * count + axis] = Double(j) / Double(self == .closed ? max(1, n - 1) : n)
        }
      }
    }
    return x.appending(gridConstants: buffer, count: count)
  }
}
