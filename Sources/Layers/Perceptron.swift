import Autodiff
import Tensors

/// A multi-layer perceptron: dense layers with an activation behind each but perhaps the last.
///
/// `copies` of it may stand side by side, each with weights of its own on the same input; layer widths are those of one.
public struct Perceptron {
  /// What a perceptron is made of.
  public struct Form: Sendable {
    public var activation: Activation
    /// Behind the last layer.
    public var lastActivation: Activation
    public var hasLastBias: Bool
    public var initialization: WeightInitialization

    public init(
      activation: Activation, lastActivation: Activation = .identity, hasLastBias: Bool = true,
      initialization: WeightInitialization
    ) {
      self.activation = activation
      self.lastActivation = lastActivation
      self.hasLastBias = hasLastBias
      self.initialization = initialization
    }
  }

  private struct Layer {
    var weight: Parameter
    var bias: Parameter?
    var activation: Activation
  }

  private let layers: [Layer]

  /// - Parameter widths: channels of the input, of every hidden layer, of the output.
  public init(_ name: String, widths: [Int], copies: Int = 1, form: Form, in builder: ParameterBuilder) {
    precondition(widths.count >= 2, "a perceptron has at least one layer")
    layers = builder.scope(name) {
      (0..<(widths.count - 1)).map { index in
        let (inputs, outputs) = (widths[index], widths[index + 1])
        let isLast = index == widths.count - 2
        let initial = form.initialization.weight(inputs: inputs, outputs: outputs)
        // The first layer's copies share their input, so it is one matrix; the others are blocks that do not mix.
        let shape = copies == 1 || index == 0 ? [inputs, copies * outputs] : [copies, inputs, outputs]
        return builder.scope("\(index)") {
          Layer(
            weight: builder.parameter("weight", shape: shape, initial: initial),
            bias: !isLast || form.hasLastBias
              ? builder.parameter(
                "bias", shape: [copies * outputs], initial: form.initialization.bias(inputs: inputs)) : nil,
            activation: isLast ? form.lastActivation : form.activation)
        }
      }
    }
  }

  public func callAsFunction(_ x: Variable) -> Variable { outputs(of: x).last ?? x }

  /// The outputs of all layers, in order.
  public func outputs(of x: Variable) -> [Variable] {
    var values: [Variable] = []
    for layer in layers {
      values.append(
        (values.last ?? x).dense(weight: layer.weight, bias: layer.bias, activation: layer.activation))
    }
    return values
  }
}
