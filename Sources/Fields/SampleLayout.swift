/// What one sample of a dataset consists of: its grid, its times and its named fields.
///
/// Values of a field are row-major in the order `[time], [channel], x[, y[, z]]`.
public struct SampleLayout: Sendable, Equatable {
  public struct Field: Sendable, Equatable {
    /// Variable name in files, such as `vorticity`.
    public var name: String
    public var longName: String
    public var units: String
    /// Whether the field has a value at each of the layout's times (otherwise it is steady).
    public var dependsOnTime: Bool
    /// Names of the channels of a vector-valued field; empty for a scalar one.
    public var channels: [String]
    /// Whether the field is given at the layout's scattered points instead of on its grid.
    public var isOnPoints: Bool

    public init(
      name: String, longName: String, units: String = "1", dependsOnTime: Bool = false,
      channels: [String] = [], isOnPoints: Bool = false
    ) {
      self.name = name
      self.longName = longName
      self.units = units
      self.dependsOnTime = dependsOnTime
      self.channels = channels
      self.isOnPoints = isOnPoints
    }
  }

  public var axes: [GridAxis]
  /// Output times; empty for a steady problem.
  public var times: [Double]
  public var timeUnits: String
  public var fields: [Field]
  /// Scattered points of a sample; 0 where no field is given at such.
  public var pointCount: Int

  public init(
    axes: [GridAxis], times: [Double] = [], timeUnits: String = "1", fields: [Field], pointCount: Int = 0
  ) {
    self.axes = axes
    self.times = times
    self.timeUnits = timeUnits
    self.fields = fields
    self.pointCount = pointCount
  }

  /// Extents of a field of one sample: `[times], [channels], x[, y[, z]]`, or `[times], [channels], point`.
  public func shape(of field: Field) -> [Int] {
    (field.dependsOnTime ? [times.count] : [])
      + (field.channels.isEmpty ? [] : [field.channels.count])
      + (field.isOnPoints ? [pointCount] : axes.map(\.count))
  }
}
