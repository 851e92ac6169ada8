import Autodiff
import Fields
import Layers

/// The Fourier neural operator in the form of today's neuraloperator library; equations in FNO.md.
public struct FNO: IncrementalModel {
  public static let card = ModelCard(
    identifier: "fno",
    title: "Fourier neural operator (neuraloperator 2 form: channel networks, soft gating)",
    citation: "Z. Li et al., Fourier Neural Operator for Parametric PDEs, ICLR 2021, arXiv:2010.08895",
    dimensions: 1...3,
    smokeConfiguration: #"{"type": "fno", "modes": 6, "width": 8, "layers": 2}"#)

  private var network: FourierNetwork

  public init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws
  {
    network = try FourierNetwork(configuration, signature: signature, builder: builder)
    try network.requireModes(on: signature.gridShape)
  }

  public func validate(grid: [Int]) throws { try network.validate(grid: grid) }

  public func callAsFunction(_ input: Variable) -> Variable { network(input) }

  public var spectralLayers: [SpectralConvolution] { network.convolutions }

  public func with(spectralLayers: [SpectralConvolution]) -> FNO {
    var model = self
    model.network.convolutions = spectralLayers
    return model
  }

  /// Records the model with its output on another grid than its input: the last layer ends there, and what it computes
  /// is resampled as the trigonometric polynomial that it is.
  public func callAsFunction(_ input: Variable, outputGrid: [Int]) -> Variable {
    network(input, outputGrid: outputGrid)
  }
}
