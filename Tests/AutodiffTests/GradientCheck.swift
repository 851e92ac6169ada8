import Autodiff
import Tensors
import Testing

/// A small recorded computation whose gradients are compared with central differences in double precision.
struct GradientCase: Sendable, CustomTestStringConvertible {
  var name: String
  var inputs: [FieldShape]
  /// Builds parameters, then the result; called once per graph.
  var parameters: @Sendable (ParameterBuilder) -> [Parameter]
  var body: @Sendable ([Variable], [Parameter]) -> Variable
  /// False for inputs that are targets, which receive no gradient.
  var differentiable: [Bool]

  init(
    _ name: String, inputs: [FieldShape], differentiable: [Bool]? = nil,
    parameters: @escaping @Sendable (ParameterBuilder) -> [Parameter] = { _ in [] },
    body: @escaping @Sendable ([Variable], [Parameter]) -> Variable
  ) {
    self.name = name
    self.inputs = inputs
    self.differentiable = differentiable ?? inputs.map { _ in true }
    self.parameters = parameters
    self.body = body
  }

  var testDescription: String { name }
}

/// A case made concrete at one precision: values, gradients, and a way to change inputs and parameters.
final class GradientProbe {
  let builder = ParameterBuilder()
  let inputs: [Variable]
  let result: Variable
  let program: Program
  let frame: Frame
  let parameters: HostBuffer
  let gradients: HostBuffer
  private let loss: Variable

  /// The loss is Σ per-sample mean square distance of the result to fixed random numbers, or the result itself when
  /// it already is one number per sample.
  init(_ test: GradientCase, precision: Precision, kernelSet: KernelSet = .active) {
    let graph = Graph(precision: precision)
    let made = test.parameters(builder)
    inputs = zip(test.inputs, test.differentiable).map { graph.input($0, needsGradient: $1) }
    result = test.body(inputs, made)
    var target: Variable?
    if result.shape.grid.isEmpty && result.shape.channels == 1 {
      loss = result
    } else {
      let other = graph.input(result.shape)
      loss = result.meanSquaredError(to: other)
      target = other
    }
    program = Program(graph, results: [result, loss], loss: loss)
    parameters = HostBuffer(count: builder.memoryCount, precision: precision)
    gradients = HostBuffer(count: builder.memoryCount, precision: precision)
    for parameter in builder.parameters {
      let numbers = Philox(seed: 3, stream: parameter.name)
      for i in 0..<parameter.count { parameters[parameter.offset + i] = 0.6 * numbers.normals(UInt64(i)).0 }
    }
    frame = Frame(program, parameters: parameters, gradients: gradients, kernelSet: kernelSet)
    for (index, variable) in (inputs + (target.map { [$0] } ?? [])).enumerated() {
      let numbers = Philox(seed: 5, stream: "input \(index)")
      let values = program.values(of: variable, in: frame)
      for i in 0..<values.count { values[i] = numbers.normals(UInt64(i)).0 }
    }
  }

  func lossValue() -> Double {
    program.forward(in: frame)
    let values = program.values(of: loss, in: frame)
    return (0..<values.count).reduce(0) { $0 + values[$1] }
  }

  /// Gradients of all differentiable inputs, then of all parameters.
  func backward(_ test: GradientCase) -> [[Double]] {
    program.forward(in: frame)
    program.backward(in: frame, scale: 1)
    var all: [[Double]] = []
    for (variable, wanted) in zip(inputs, test.differentiable) where wanted {
      let gradient = program.gradient(of: variable, in: frame)
      all.append((0..<gradient.count).map { gradient[$0] })
    }
    for parameter in builder.parameters { all.append(parameter.range.map { gradients[$0] }) }
    return all
  }

  /// The same gradients by central differences.
  func differences(_ test: GradientCase, step: Double) -> [[Double]] {
    var all: [[Double]] = []
    for (variable, wanted) in zip(inputs, test.differentiable) where wanted {
      let values = program.values(of: variable, in: frame)
      all.append((0..<values.count).map { i in difference(step, { values[i] }, { values[i] = $0 }) })
    }
    for parameter in builder.parameters {
      all.append(parameter.range.map { i in difference(step, { parameters[i] }, { parameters[i] = $0 }) })
    }
    return all
  }

  private func difference(_ step: Double, _ get: () -> Double, _ set: (Double) -> Void) -> Double {
    let original = get()
    set(original + step)
    let above = lossValue()
    set(original - step)
    let below = lossValue()
    set(original)
    return (above - below) / (2 * step)
  }
}
