import Fields

/// Where the values of a sample are, as far as metrics care.
public struct MetricGrid: Sendable, Equatable {
  /// Points of each axis, 1 to 3 of them.
  public let points: [Int]
  public let channels: Int
  /// Whether the axis closes on itself, so that differences wrap around.
  public let isPeriodic: [Bool]
  /// Distance of neighbouring points.
  public let spacing: [Double]
  /// Part of the points that is inside of the sample's domain; fields are zero at the others.
  public private(set) var domainShare = 1.0

  /// - Parameter spacing: `1/points` for each axis if nil: every domain counts as the unit cube, so
  ///   that measures with derivatives do not depend on the unit of length. This is also the default of
  ///   neuraloperator.
  public init(points: [Int], channels: Int = 1, isPeriodic: [Bool], spacing: [Double]? = nil) {
    let spacing = spacing ?? points.map { 1 / Double($0) }
    precondition((1...3).contains(points.count), "metrics know one to three axes")
    precondition(points.allSatisfy { $0 > 0 } && channels > 0, "a grid has points and channels")
    precondition(isPeriodic.count == points.count && spacing.count == points.count, "one entry for each axis")
    self.points = points
    self.channels = channels
    self.isPeriodic = isPeriodic
    self.spacing = spacing
  }

  /// The grid of a dataset's axes, scaled to the unit cube.
  public init(axes: [GridAxis], channels: Int) {
    self.init(
      points: axes.map(\.count), channels: channels, isPeriodic: axes.map { $0.boundary == .periodic })
  }

  /// The grid of a learning task's outputs. Scattered points count as a line of points without order, so that only
  /// measures without derivatives mean something.
  public init(_ signature: OperatorSignature, channels: Int) {
    if let queries = signature.queries {
      self.init(points: [queries.count], channels: channels, isPeriodic: [false])
    } else {
      self.init(axes: signature.axes, channels: channels)
    }
  }

  /// The same grid with a domain that covers part of its points.
  public func covered(_ share: Double) -> MetricGrid {
    var grid = self
    grid.domainShare = share
    return grid
  }

  /// Values inside of the domain, which means are over.
  var countedValues: Double { domainShare * Double(valueCount) }

  public var pointCount: Int { points.reduce(1, *) }
  public var valueCount: Int { pointCount * channels }
}
