import Autodiff
import Tensors

/// y = f( x ∗ w + b ) in one to three dimensions; see ``Autodiff/Variable/convolved(weight:bias:window:taps:groups:activation:)``.
///
/// Parameters: `weight` `[kernel…, Cin/groups, Cout]` (PyTorch's `[Cout, Cin/groups, kernel…]` with the first two axes
/// behind), `bias` `[Cout]`. Initial values as PyTorch's `Conv`: both uniform on ±1/√(Cin/groups · ∏kernel).
public struct Convolution {
  public let weight: Parameter
  public let bias: Parameter?
  public let window: ConvolutionWindow
  public let groups: Int

  public init(
    _ name: String, inputs: Int, outputs: Int, window: ConvolutionWindow, groups: Int = 1,
    hasBias: Bool = true, in builder: ParameterBuilder
  ) {
    (weight, bias) = builder.kernel(
      name, shape: window.kernel + [inputs / groups, outputs], biases: hasBias ? outputs : nil)
    self.window = window
    self.groups = groups
  }

  /// A kernel for each channel of its own: as many groups as channels.
  public static func depthwise(
    _ name: String, channels: Int, window: ConvolutionWindow, hasBias: Bool = true,
    in builder: ParameterBuilder
  ) -> Convolution {
    Convolution(
      name, inputs: channels, outputs: channels, window: window, groups: channels, hasBias: hasBias,
      in: builder)
  }

  /// - Parameter scaling: carries the kernel over to the grid that x is on.
  public func callAsFunction(
    _ x: Variable, scaling: KernelScaling? = nil, activation: Activation = .identity
  ) -> Variable {
    guard let scaling, !scaling.isIdentity else {
      return x.convolved(weight: weight, bias: bias, window: window, groups: groups, activation: activation)
    }
    return x.convolved(
      weight: weight, bias: bias, window: scaling.window(window), taps: scaling.taps(window), groups: groups,
      activation: activation)
  }
}

extension ParameterBuilder {
  /// `weight` and, where there are `biases`, `bias` of a convolution or of its adjoint, both uniform on ±1/√(all axes of the
  /// kernel but the last).
  func kernel(_ name: String, shape: [Int], biases: Int?) -> (weight: Parameter, bias: Parameter?) {
    let initial = Parameter.Initial.uniform(bound: 1 / Double(shape.dropLast().reduce(1, *)).squareRoot())
    return scope(name) {
      (
        parameter("weight", shape: shape, initial: initial),
        biases.map { parameter("bias", shape: [$0], initial: initial) }
      )
    }
  }
}
