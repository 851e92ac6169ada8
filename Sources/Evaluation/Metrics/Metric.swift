/// An error measure of one predicted sample: one number, in double precision.
///
/// Values are laid out `[x][y]…[channel]`, in physical units; ``MetricSummary`` reduces the numbers of
/// many samples.
public protocol Metric: Sendable {
  /// Name on the command line, in configurations and reports.
  static var identifier: String { get }
  /// The formula, one line; e = prediction − target.
  static var definition: String { get }

  init()

  /// Whether the measure means something for such fields.
  func applies(to grid: MetricGrid) -> Bool

  /// The measure of one sample; both buffers hold `grid.valueCount` values.
  func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double
}

extension Metric {
  public func applies(to grid: MetricGrid) -> Bool { true }
  public var identifier: String { Self.identifier }
  public var definition: String { Self.definition }

  /// The measure of one sample given as arrays.
  public func perSample(prediction: [Double], target: [Double], grid: MetricGrid) -> Double {
    prediction.withUnsafeBufferPointer { p in
      target.withUnsafeBufferPointer { t in perSample(prediction: p, target: t, grid: grid) }
    }
  }
}

/// A quotient of norms: 0 where both vanish, infinite where only the denominator does.
func relative(_ error: Double, to reference: Double) -> Double {
  error == 0 && reference == 0 ? 0 : error / reference
}
