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

  /// Coordinates of a point.
  public var dimensions: Int {
    switch self {
    case .common(_, let dimensions), .perSample(_, let dimensions): return dimensions
    }
  }
}
