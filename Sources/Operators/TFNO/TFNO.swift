import Autodiff
import Fields
import Layers

/// The Fourier neural operator with factorised spectral weights; equations in TFNO.md.
public struct TFNO: OperatorModel {
  public static let card = ModelCard(
    identifier: "tfno",
    title: "Tensorised Fourier neural operator (Tucker, CP or tensor-train weights)",
    citation:
      "J. Kossaifi et al., Multi-Grid Tensorized Fourier Neural Operator, TMLR 2024, arXiv:2310.00120",
    dimensions: 1...3,
    smokeConfiguration: #"{"type": "tfno", "modes": 6, "width": 8, "layers": 2, "rank": 0.3}"#)

  private let network: FourierNetwork

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    network = try FourierNetwork(
      configuration.network, factorization: configuration.weights, signature: signature, builder: builder)
    try network.requireModes(on: signature.gridShape)
  }

  public func validate(grid: [Int]) throws { try network.validate(grid: grid) }

  public func callAsFunction(_ input: Variable) -> Variable { network(input) }
}
