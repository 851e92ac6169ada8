import Fields

/// How variables of a file without named dimensions are to be understood.
public struct ReadingOptions: Sendable, Equatable {
  /// Whether the axis after the sample axis (and the time axis of a time mapping) counts channels; `nil` lets
  /// the shapes decide, see ``FieldAxes``.
  public var channelAxis: Bool?
  /// Kind of the axes of a file that does not say; `nil` is periodic.
  public var boundary: GridAxis.Boundary?
  /// Every how many-th grid point is used.
  public var stride: Int

  public init(channelAxis: Bool? = nil, boundary: GridAxis.Boundary? = nil, stride: Int = 1) {
    self.channelAxis = channelAxis
    self.boundary = boundary
    self.stride = stride
  }
}
