import Autodiff
import Layers
import Tensors

/// y = f( N( (K + W) v ) ) from one grid to another, with K a spectral convolution and W a pointwise linear map.
///
/// Both parts are applied on the coarser of the two grids, axis by axis, and changing grids is exact for trigonometric
/// polynomials: the modes that K keeps exist on both grids, so this is K with its product written into a spectrum of the
/// output's size, and W followed by the same change of grids.
struct OperatorBlock {
  private let spectral: SpectralConvolution
  private let pointwise: Linear
  private let norm: Normalization?

  init(
    _ name: String, inputs: Int, outputs: Int, modes: [Int], hasNorm: Bool, in builder: ParameterBuilder
  ) {
    spectral = SpectralConvolution(
      "\(name).spectral", inputs: inputs, outputs: outputs, modes: modes, selection: .oneSided,
      initial: .normal(deviation: (1 / Double(2 * inputs)).squareRoot()), forwardNormalized: true, in: builder
    )
    pointwise = Linear("\(name).pointwise", inputs: inputs, outputs: outputs, in: builder)
    norm =
      hasNorm ? Normalization("\(name).norm", channels: outputs, over: .group(outputs), in: builder) : nil
  }

  func callAsFunction(_ x: Variable, grid: [Int]) -> Variable {
    let common = zip(x.shape.grid, grid).map { min($0, $1) }
    let coarse = x.resampled(to: common, by: .fourier)
    let isFused = norm == nil && common == grid
    let y = coarse.spectralBlock(
      spectral.map(grid: common, precision: x.graph.precision), weight: spectral.weight,
      skip: pointwise.weight,
      bias: pointwise.bias, activation: isFused ? .gelu : .identity
    ).resampled(to: grid, by: .fourier)
    if isFused { return y }
    return norm?(y, activation: .gelu) ?? y.activated(.gelu)
  }
}
