import Autodiff

/// y = x·W + b at every grid point.
///
/// Initial values as PyTorch's `Linear` and `Conv1d`: W and b uniform on ±1/√Cin.
public struct Linear {
  public let weight: Parameter
  public let bias: Parameter?

  public init(_ name: String, inputs: Int, outputs: Int, hasBias: Bool = true, in builder: ParameterBuilder) {
    let bound = 1 / Double(inputs).squareRoot()
    (weight, bias) = builder.scope(name) {
      (
        builder.parameter("weight", shape: [inputs, outputs], initial: .uniform(bound: bound)),
        hasBias ? builder.parameter("bias", shape: [outputs], initial: .uniform(bound: bound)) : nil
      )
    }
  }

  public func callAsFunction(_ x: Variable) -> Variable { x.linear(weight: weight, bias: bias) }
}
