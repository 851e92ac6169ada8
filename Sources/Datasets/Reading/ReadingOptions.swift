import Fields

/// How the variables of a file are to be understood and used.
public struct ReadingOptions: Sendable, Equatable {
  /// Whether the axis after the sample axis (and the time axis of a time mapping) counts channels; `nil` lets
  /// the shapes decide, see ``FieldAxes``.
  public var channelAxis: Bool?
  /// Kind of the axes of a file that does not say; `nil` is periodic.
  public var boundary: GridAxis.Boundary?
  /// Every how many-th grid point is used.
  public var stride: Int
  /// Standard deviation of normal noise added to inputs, over the root mean square of the sample's channel. The noise of a
  /// sample is a function of its number alone.
  public var inputNoise: Double
  /// Field that is 1 inside the domain and 0 outside, where outputs are zero and do not count; an input or not.
  public var mask: String?

  public init(
    channelAxis: Bool? = nil, boundary: GridAxis.Boundary? = nil, stride: Int = 1, inputNoise: Double = 0,
    mask: String? = nil
  ) {
    self.channelAxis = channelAxis
    self.boundary = boundary
    self.stride = stride
    self.inputNoise = inputNoise
    self.mask = mask
  }
}
