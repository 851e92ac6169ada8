import Autodiff
import Fields
import Foundation
import Layers

extension LocalNO {
  /// The local kernels of a network's layers.
  struct Kernels {
    /// Layers that have a kernel.
    enum Place: String, Sendable, CaseIterable {
      case all
      case last
      case none

      func holds(_ layer: Int, of layers: Int) -> Bool {
        self == .all || (self == .last && layer == layers - 1)
      }
    }

    var difference: Place
    var differenceKernel: Int
    var integral: Place
    /// Radius of the integral kernels as a fraction of the domain's longest side.
    var radius: Double
    var radial: Int
    var angular: Int

    func basis(dimensions: Int) -> DiscBasis {
      DiscBasis(radius: radius, radial: radial, angular: angular, dimensions: dimensions)
    }

    /// What layer number `layer` has; nil for nothing.
    func branches(
      layer: Int, of network: FNO.Configuration, axes: [GridAxis], in builder: ParameterBuilder
    ) -> LocalBranches? {
      let isPeriodic = axes.map { $0.boundary == .periodic }
      let width = network.width
      let hasDifference = difference.holds(layer, of: network.layers)
      let hasIntegral = integral.holds(layer, of: network.layers)
      guard hasDifference || hasIntegral else { return nil }
      return LocalBranches(
        difference: hasDifference
          ? DifferenceConvolution(
            "difference", inputs: width, outputs: width, kernel: differenceKernel, isPeriodic: isPeriodic,
            in: builder)
          : nil,
        integral: hasIntegral
          ? DiscreteContinuousConvolution(
            "integral", inputs: width, outputs: width, basis: basis(dimensions: axes.count),
            isPeriodic: isPeriodic,
            in: builder) : nil,
        spacing: GridSpacing(axes))
    }

    /// Spacing over the training grid's: the geometric mean over the axes.
    static func coarsening(_ spacing: GridSpacing, _ here: [Double]) -> Double {
      let ratios = zip(here, spacing(spacing.trainingGrid)).map { $0 / $1 }
      return pow(ratios.reduce(1, *), 1 / Double(ratios.count))
    }

    /// Spacings as fractions of the domain's longest side.
    static func fractions(_ spacing: GridSpacing, _ here: [Double]) -> [Double] {
      let longest = spacing.lengths.max() ?? 1
      return here.map { $0 / longest }
    }
  }
}
