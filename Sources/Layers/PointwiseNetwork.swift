import Autodiff
import Tensors

/// Two linear maps with an activation between, at every grid point: lifting, projection and channel mixing.
public struct PointwiseNetwork {
  private let first: (weight: Parameter, bias: Parameter)
  private let second: (weight: Parameter, bias: Parameter)
  private let activation: Activation

  public init(
    _ name: String, inputs: Int, hidden: Int, outputs: Int, activation: Activation = .gelu,
    in builder: ParameterBuilder
  ) {
    func layer(_ name: String, _ inputs: Int, _ outputs: Int) -> (weight: Parameter, bias: Parameter) {
      let bound = 1 / Double(inputs).squareRoot()
      return builder.scope(name) {
        (
          builder.parameter("weight", shape: [inputs, outputs], initial: .uniform(bound: bound)),
          builder.parameter("bias", shape: [outputs], initial: .uniform(bound: bound))
        )
      }
    }
    (first, second) = builder.scope(name) {
      (layer("first", inputs, hidden), layer("second", hidden, outputs))
    }
    self.activation = activation
  }

  /// network( f(x) )
  public func callAsFunction(_ x: Variable, inputActivation: Activation = .identity) -> Variable {
    x.pointwiseMLP(first: first, activation: activation, second: second, inputActivation: inputActivation)
  }

  /// f₂( network( f₁(x) ) + g ⊙ skip )
  public func callAsFunction(
    _ x: Variable, plus skip: (field: Variable, gate: Parameter), inputActivation: Activation,
    outputActivation: Activation
  ) -> Variable {
    x.pointwiseMLP(
      first: first, activation: activation, second: second, skip: skip, inputActivation: inputActivation,
      outputActivation: outputActivation)
  }
}
