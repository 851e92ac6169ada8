import Autodiff
import Layers

/// What a layer adds to its spectral convolution: a difference kernel and an integral kernel, or one of them.
struct LocalBranches {
  private let difference: DifferenceConvolution?
  private let integral: DiscreteContinuousConvolution?
  private let spacing: GridSpacing

  init(difference: DifferenceConvolution?, integral: DiscreteContinuousConvolution?, spacing: GridSpacing) {
    self.difference = difference
    self.integral = integral
    self.spacing = spacing
  }

  /// - Parameter spacing: distance of x's points along each axis.
  func callAsFunction(_ x: Variable, spacing here: [Double]) -> Variable {
    let differences = difference.map { $0(x, spacing: LocalNO.Kernels.coarsening(spacing, here)) }
    let integrals = integral.map { $0(x, spacing: LocalNO.Kernels.fractions(spacing, here)) }
    guard let differences else { return integrals ?? x }
    return differences + integrals
  }
}
