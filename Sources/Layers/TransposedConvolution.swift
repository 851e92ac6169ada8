import Autodiff
import Tensors

/// The adjoint of a convolution as a layer, which raises the resolution by the stride; see
/// ``Autodiff/Variable/transposedConvolved(weight:bias:window:outputGrid:taps:groups:activation:)``.
///
/// Parameters: `weight` `[kernel…, Cout/groups, Cin]` (PyTorch's `[Cin, Cout/groups, kernel…]`), `bias` `[Cout]`. Initial
/// values as PyTorch's `ConvTranspose`: both uniform on ±1/√(Cout/groups · ∏kernel).
public struct TransposedConvolution {
  public let weight: Parameter
  public let bias: Parameter?
  public let window: ConvolutionWindow
  public let groups: Int

  /// - Parameter window: of the convolution that this is the adjoint of.
  public init(
    _ name: String, inputs: Int, outputs: Int, window: ConvolutionWindow, groups: Int = 1,
    hasBias: Bool = true, in builder: ParameterBuilder
  ) {
    (weight, bias) = builder.kernel(
      name, shape: window.kernel + [outputs / groups, inputs], biases: hasBias ? outputs : nil)
    self.window = window
    self.groups = groups
  }

  /// - Parameters:
  ///   - outputGrid: the grid of the result; unless given, the smallest with zero boundaries, and stride times this grid
  ///     on periodic axes.
  ///   - scaling: carries the kernel over to the grids that this call is between.
  public func callAsFunction(
    _ x: Variable, outputGrid: [Int]? = nil, scaling: KernelScaling? = nil, activation: Activation = .identity
  ) -> Variable {
    let smallest = x.shape.grid.enumerated().map { axis, points in
      window.boundary[axis] == .periodic
        ? points * window.stride[axis]
        : (points - 1) * window.stride[axis] + window.kernel[axis] - window.before[axis] - window.after[axis]
    }
    let grid = outputGrid ?? smallest
    let used = scaling.flatMap { $0.isIdentity ? nil : $0 }
    return x.transposedConvolved(
      weight: weight, bias: bias,
      window: (used?.window(window) ?? window).reaching(from: grid, to: x.shape.grid),
      outputGrid: grid, taps: used?.taps(window), groups: groups, activation: activation)
  }
}
