/// One sample as a solver yields it: fields in the order of the layout, and how good they are.
public struct SolvedSample: Sendable {
  /// Values of each field, row-major (see ``SampleLayout``).
  public var fields: [[Double]]
  /// Measures of this sample's error by name (`timeError`, `spectralTail`, `residual`, `steps`, …); the
  /// names are those of the problem's `qualityMeasures`, in any order.
  public var quality: [String: Double]

  public init(fields: [[Double]], quality: [String: Double]) {
    self.fields = fields
    self.quality = quality
  }
}
