/// All metrics, alphabetically by their identifiers.
public enum MetricRegistry {
  public static let entries: [any Metric] = [
    MaxError(),
    MeanSquaredError(),
    NormalizedRMSE(),
    RelativeH1(),
    RelativeHdiv(),
    RelativeNegativeSobolev(),
    RelativeL1(),
    RelativeL2(),
    RelativeMgnoH1(),
    RelativeSpectralH1(),
    RootMeanSquaredError(),
    VarianceScaledRMSE(),
  ]

  /// The metric of a name.
  public static func metric(named name: String) throws(MetricError) -> any Metric {
    guard let metric = entries.first(where: { $0.identifier == name }) else {
      throw .unknownMetric(name: name, known: entries.map(\.identifier))
    }
    return metric
  }
}
