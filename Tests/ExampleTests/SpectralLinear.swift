import Autodiff
import Configuration
import Fields
import Layers

/// u = F*(R · F(a W + b)) : the smallest operator model there is.
struct SpectralLinear: OperatorModel {
  static let card = ModelCard(
    identifier: "spectral-linear", title: "one Fourier layer without activation",
    citation: "an example; no paper", dimensions: 1...3,
    smokeConfiguration: #"{"type": "spectral-linear", "modes": 4, "width": 8}"#)

  struct Configuration: ModelConfiguration {
    var modes: [Int]
    var width: Int

    init(from reader: ConfigReader) throws {
      modes = try reader.ints("modes", default: [8], each: 1...4096, doc: "kept modes per axis, both signs")
      width = try reader.int("width", default: 16, in: 1...4096, doc: "hidden channels")
    }
  }

  private let lifting: Linear
  private let spectral: SpectralConvolution
  private let modes: [Int]

  init(_ configuration: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws {
    modes = try perAxis(configuration.modes, key: "modes", dimensions: signature.dimensions)
    let width = configuration.width
    lifting = Linear("lifting", inputs: signature.inputChannels, outputs: width, in: builder)
    spectral = SpectralConvolution(
      "spectral", inputs: width, outputs: signature.outputChannels, modes: modes, selection: .twoSided,
      initial: .normal(deviation: 1 / Double(width)), forwardNormalized: true, in: builder)
  }

  func validate(grid: [Int]) throws {
    for (axis, (m, n)) in zip(modes, grid).enumerated() where m > n {
      throw ModelError.modesExceedGrid(axis: axis, modes: m, points: n, most: n, least: m)
    }
  }

  func callAsFunction(_ input: Variable) -> Variable {
    let map = spectral.map(grid: input.shape.grid, precision: input.graph.precision)
    return lifting(input).spectralBlock(map, weight: spectral.weight, activation: .identity)
  }
}
