import Autodiff
import Fields
import Layers

/// A Fourier neural operator whose layers also have difference kernels and integral kernels of fixed physical size;
/// equations in LocalNO.md.
public struct LocalNO: OperatorModel {
  public static let card = ModelCard(
    identifier: "local-no", title: "Neural operator with localised integral and differential kernels",
    citation:
      "M. Liu-Schiaffini et al., Neural Operators with Localized Integral and Differential Kernels, ICML 2024, "
      + "arXiv:2402.16845",
    dimensions: 1...2,
    smokeConfiguration: #"{"type": "local-no", "modes": 6, "width": 8, "layers": 2, "radius": 0.2}"#)

  private let kernels: Kernels
  private let spacing: GridSpacing
  private let network: FourierNetwork

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    kernels = configuration.kernels
    spacing = GridSpacing(signature.axes)
    network = try FourierNetwork(
      configuration.network, kernels: configuration.kernels, signature: signature, builder: builder)
    try network.requireModes(on: signature.gridShape)
  }

  public func validate(grid: [Int]) throws {
    try network.validate(grid: grid)
    if kernels.difference != .none {
      let ratios = zip(spacing(grid), spacing(spacing.trainingGrid)).map { $0 / $1 }
      let (least, most) = (ratios.min() ?? 1, ratios.max() ?? 1)
      if most > 1.001 * least {
        throw ModelError.unevenRefinement(key: "difference", trained: spacing.trainingGrid, asked: grid)
      }
    }
    guard kernels.integral != .none else { return }
    let basis = kernels.basis(dimensions: grid.count)
    for layer in network.spacings(grid) {
      let fractions = Kernels.fractions(spacing, layer)
      if basis.table(spacing: fractions) == nil {
        throw ModelError.kernelUnresolved(
          key: "radius", radius: kernels.radius, spacing: fractions.max() ?? kernels.radius)
      }
    }
  }

  public func callAsFunction(_ input: Variable) -> Variable { network(input) }
}
