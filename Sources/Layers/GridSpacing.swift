import Fields

/// The spacing of every grid of one domain, from the axes of the data that a model is built for.
public struct GridSpacing: Sendable {
  /// Extent of the domain along each axis, in the units of its coordinates.
  public let lengths: [Double]
  private let isClosed: [Bool]
  /// The grid of the data that the model was built for.
  public let trainingGrid: [Int]

  public init(_ axes: [GridAxis]) {
    isClosed = axes.map { $0.boundary == .closed }
    trainingGrid = axes.map(\.count)
    lengths = axes.map { axis in
      guard axis.count > 1, let first = axis.coordinates.first, let last = axis.coordinates.last else {
        return 1
      }
      // Periodic points and cell centres stand for one spacing more than lies between first and last.
      return axis.boundary == .closed
        ? last - first : (last - first) * Double(axis.count) / Double(axis.count - 1)
    }
  }

  /// Distance of neighbouring points along each axis.
  public func callAsFunction(_ grid: [Int]) -> [Double] {
    grid.indices.map { lengths[$0] / Double(max(1, isClosed[$0] ? grid[$0] - 1 : grid[$0])) }
  }
}
