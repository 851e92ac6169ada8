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
    /// Layer norm in front of every activation behind a hidden layer, over the channels of each copy.
    public var isNormalized: Bool
    public var initialization: WeightInitialization

    public init(
      activation: Activation, lastActivation: Activation = .identity, hasLastBias: Bool = true,
      isNormalized: Bool = false, initialization: WeightInitialization
    ) {
      self.activation = activation
      self.lastActivation = lastActivation
      self.hasLastBias = hasLastBias
      self.isNormalized = isNormalized
      self.initialization = initialization
    }
  }

  private struct Layer {
    var weight: Parameter
    var bias: Parameter?
    var norm: Normalization?
    var activation: Activation

    func callAsFunction(_ x: Variable) -> Variable {
      guard let norm else { return x.dense(weight: weight, bias: bias, activation: activation) }
      return norm(x.dense(weight: weight, bias: bias), activation: activation)
    }
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
            norm: form.isNormalized && !isLast
              ? Normalization("norm", channels: copies * outputs, over: .point(groups: copies), in: builder)
              : nil,
            activation: isLast ? form.lastActivation : form.activation)
        }
      }
    }
  }

  public func callAsFunction(_ x: Variable) -> Variable { outputs(of: x).last ?? x }

  /// The outputs of all layers, in order.
  public func outputs(of x: Variable) -> [Variable] {
    var values: [Variable] = []
    for layer in layers { values.append(layer(values.last ?? x)) }
    return values
  }
}
