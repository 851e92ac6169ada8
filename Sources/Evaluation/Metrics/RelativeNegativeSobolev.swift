/// Relative error in H⁻¹ of the periodic extension, with the gradients of the unit cube.
///
///     √Σ_k |ê_k|²/(1 + |2πk|²) / √Σ_k |ŷ_k|²/(1 + |2πk|²)
///
/// Large scales count most: a high-frequency error that doubles ``RelativeL2`` hardly shows here. The training loss
/// `relativeSobolev` is the same for any order.
public struct RelativeNegativeSobolev: Metric {
  public static let identifier = "relativeHminus1"
  public static let definition =
    "√Σ |ê|²/(1+|2πk|²) / √Σ |ŷ|²/(1+|2πk|²), wavenumbers k of the periodic extension"

  public init() {}

  public func perSample(
    prediction: UnsafeBufferPointer<Double>, target: UnsafeBufferPointer<Double>, grid: MetricGrid
  ) -> Double {
    SpectralSums(prediction, target, grid) { 1 / (1 + 4 * Double.pi * Double.pi * $0) }.ratio
  }
}
