/// Points at which an output function is given, where that is not the input's grid.
public enum QueryPoints: Sendable, Equatable {
  /// The same points for all samples: `[count][dimensions]` coordinates, point by point.
  case common(coordinates: [Double], dimensions: Int)
  /// Each sample brings so many points of its own.
  case perSample(count: Int, dimensions: Int)

  /// Points of one sample.
  public var count: Int {
    switch self {
    case .common(let coordinates, let dimensions): return coordinates.count / dimensions
    case .perSample(let count, _): return count
    }
  }

  /// Whether both are the same points for all samples, to single precision of the largest coordinate.
  public func agrees(with other: QueryPoints) -> Bool {
    guard case .common(let a, let dimensions) = self, case .common(let b, dimensions) = other,
      a.count == b.count
    else { return false }
    let size = a.reduce(0) { max($0, abs($1)) }
    return zip(a, b).allSatisfy { abs($0 - $1) <= 1e-6 * size }
  }

  /// Coordinates of a point.
  public var dimensions: Int {
    switch self {
    case .common(_, let dimensions), .perSample(_, let dimensions): return dimensions
    }
  }
}
