/// A number stored per sample beside its fields that says how good the sample is.
public struct QualityMeasure: Sendable, Equatable {
  /// Key of `SolvedSample.quality` and name in files, such as `timeError`.
  public let name: String
  public let longName: String

  public init(name: String, longName: String) {
    self.name = name
    self.longName = longName
  }
}
