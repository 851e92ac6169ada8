import Autodiff
import Fields
import Layers
import Tensors

/// A model applied to random fields in double precision: output, and gradients of a random linear functional.
final class ModelProbe {
  let builder: ParameterBuilder
  let values: HostBuffer
  private let model: any OperatorModel
  private let inputs: Int

  init(
    _ json: String, inputs: Int = 2, outputs: Int = 1, grid: [Int], boundary: GridAxis.Boundary = .periodic,
    seed: UInt64 = 0
  ) throws {
    let built = try buildModel(json, inputs: inputs, outputs: outputs, grid: grid, boundary: boundary)
    (model, builder) = (built.model, built.builder)
    self.inputs = inputs
    values = HostBuffer(count: builder.memoryCount, precision: .float64)
    for parameter in builder.parameters { parameter.initialize(values, seed: seed) }
    DerivedWeights(builder.derivations, precision: .float64, trains: false).compute(in: values)
  }

  /// A normally distributed field, `[batch][grid…][channels]`.
  static func noise(_ shape: FieldShape, _ name: String = "input") -> [Double] {
    let numbers = Philox(seed: 4, stream: name)
    return (0..<shape.count).map { numbers.normals(UInt64($0)).0 }
  }

  func shape(_ grid: [Int], batch: Int = 1) -> FieldShape {
    FieldShape(batch: batch, grid: grid, channels: inputs)
  }

  /// The model's output for an input field.
  func output(_ field: [Double], _ shape: FieldShape, map: ((Variable) -> Variable)? = nil) -> [Double] {
    let graph = Graph(precision: .float64)
    let input = graph.input(shape)
    let result = map?(input) ?? model(input)
    let program = Program(graph, results: [result])
    let frame = Frame(program, parameters: values)
    let slice = program.values(of: input, in: frame)
    for (i, value) in field.enumerated() { slice[i] = value }
    program.forward(in: frame)
    let y = program.values(of: result, in: frame)
    return (0..<y.count).map { y[$0] }
  }

  /// Gradients of all parameters of the mean square distance to random numbers.
  func gradients(_ grid: [Int], batch: Int = 2) -> [String: [Double]] {
    let graph = Graph(precision: .float64)
    let input = graph.input(shape(grid, batch: batch))
    let result = model(input)
    let target = graph.input(result.shape)
    let program = Program(graph, results: [result], loss: result.meanSquaredError(to: target))
    let gradients = HostBuffer(count: values.count, precision: .float64)
    let frame = Frame(program, parameters: values, gradients: gradients)
    for (name, variable) in [("input", input), ("target", target)] {
      let slice = program.values(of: variable, in: frame)
      for (i, value) in ModelProbe.noise(variable.shape, name).enumerated() { slice[i] = value }
    }
    let derived = DerivedWeights(builder.derivations, precision: .float64, trains: true)
    derived.compute(in: values)
    program.forward(in: frame)
    program.backward(in: frame, scale: 1)
    derived.pullBack(values: values, gradients: gradients)
    return Dictionary(
      uniqueKeysWithValues: builder.parameters.map { p in (p.name, p.range.map { gradients[$0] }) })
  }
}
