import Autodiff
import Tensors

/// A layer applied to one field in double precision.
///
/// - Parameters:
///   - field: `[grid…][channels]`.
///   - weights: replaces the initial values of the layer's first parameter.
///   - make: builds the layer.
func applied(
  to field: [Double], _ shape: FieldShape, weights: ((Int) -> Double)? = nil,
  make: (ParameterBuilder) -> (Variable) -> Variable
) -> [Double] {
  let builder = ParameterBuilder()
  let layer = make(builder)
  let values = HostBuffer(count: builder.memoryCount, precision: .float64)
  for parameter in builder.parameters { parameter.initialize(values, seed: 1) }
  if let weights, let first = builder.parameters.first {
    for (i, place) in first.range.enumerated() { values[place] = weights(i) }
  }
  let graph = Graph(precision: .float64)
  let input = graph.input(shape)
  let result = layer(input)
  let program = Program(graph, results: [result])
  let frame = Frame(program, parameters: values)
  let slice = program.values(of: input, in: frame)
  for (i, value) in field.enumerated() { slice[i] = value }
  program.forward(in: frame)
  let y = program.values(of: result, in: frame)
  return (0..<y.count).map { y[$0] }
}
