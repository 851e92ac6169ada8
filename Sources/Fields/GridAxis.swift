/// One spatial axis of a sampled function: where its points are and how the domain closes.
public struct GridAxis: Sendable, Equatable {
  public enum Boundary: String, Sendable, CaseIterable {
    /// The last point is one spacing short of the first one's image.
    case periodic
    /// Points include both end points of the domain.
    case closed
    /// Points are cell centres.
    case cellCentred
  }

  /// Dimension name in files: `x`, `y` or `z`.
  public var name: String
  /// Point positions, increasing.
  public var coordinates: [Double]
  public var boundary: Boundary
  /// UDUNITS text; `1` when dimensionless.
  public var units: String

  public init(name: String, coordinates: [Double], boundary: Boundary, units: String = "1") {
    self.name = name
    self.coordinates = coordinates
    self.boundary = boundary
    self.units = units
  }

  public var count: Int { coordinates.count }
}
