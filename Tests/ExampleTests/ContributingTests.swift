import Autodiff
import Configuration
import Fields
import Foundation
import Layers
import Solvers
import TestSupport
import Tensors
import Testing

/// The page CONTRIBUTING.md shows these files; here they are run.
@Suite("The examples of CONTRIBUTING.md") struct ContributingTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test("are what the page shows")
  func shown() throws {
    let page = try String(contentsOf: ContributingTests.root.appendingPathComponent("CONTRIBUTING.md"), encoding: .utf8)
    var blocks = page.components(separatedBy: "```swift\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
    #expect(blocks.count == 2)
    for name in ["SpectralLinear", "HeatModes"] {
      let path = "Tests/ExampleTests/\(name).swift"
      let text = try String(contentsOf: ContributingTests.root.appendingPathComponent(path), encoding: .utf8)
      #expect(blocks.removeFirst() == text, "CONTRIBUTING.md shows another \(path)")
    }
  }

  @Test("the model reads its configuration, fits its grid, and is differentiable")
  func model() throws {
    let entry = ModelEntry(SpectralLinear.self)
    let text = "{\"model\": \(entry.card.smokeConfiguration)}"
    let reader = ConfigReader(try ConfigDocument.parse(text, source: "example"))
    let recipe = try reader.variant(
      "model", of: [(name: entry.card.identifier, doc: entry.card.title, read: entry.read)], doc: "model")
    try reader.finish()
    let axis = GridAxis(name: "x", coordinates: (0..<16).map { Double($0) / 16 }, boundary: .periodic)
    let builder = ParameterBuilder()
    let model = try recipe.build(OperatorSignature(inputChannels: 1, outputChannels: 2, axes: [axis]), builder)
    let graph = Graph(precision: .float64)
    let input = graph.input(FieldShape(batch: 1, grid: [16], channels: 1))
    let output = model(input)
    #expect(output.shape == FieldShape(batch: 1, grid: [16], channels: 2))
    let program = Program(
      graph, results: [output], loss: output.meanSquaredError(to: graph.input(output.shape)))
    let (values, gradients) = (
      HostBuffer(count: builder.memoryCount, precision: .float64),
      HostBuffer(count: builder.memoryCount, precision: .float64)
    )
    for parameter in builder.parameters { parameter.initialize(values, seed: 1) }
    let frame = Frame(program, parameters: values, gradients: gradients)
    let x = program.values(of: input, in: frame)
    for i in 0..<x.count { x[i] = Double(i % 5) - 2 }
    program.forward(in: frame)
    program.backward(in: frame, scale: 1)
    for parameter in builder.parameters {
      #expect(parameter.range.contains { gradients[$0] != 0 }, "\(parameter.name)")
    }
    let coarse = GridAxis(name: "x", coordinates: [0, 0.5], boundary: .periodic)
    #expect(throws: (any Error).self) {
      try recipe.build(OperatorSignature(inputChannels: 1, outputChannels: 1, axes: [coarse]), ParameterBuilder())
    }
  }

  @Test("the problem solves its equation exactly")
  func problem() throws {
    let reader = ConfigReader(
      try ConfigDocument.parse(#"{"points": 32, "modes": 1, "viscosity": 0.02}"#, source: "example"))
    let problem = try HeatModes(from: reader)
    try reader.finish()
    let sample = try problem.makeSolver().solve(index: 3, seed: 7).fields[0]
    let decay = exp(-0.02 * pow(2 * Double.pi, 2))
    expectClose(Array(sample[32...]), sample[..<32].map { decay * $0 }, tolerance: 1e-14, "u(·, 1)")
    #expect(sample.count == problem.layout.shape(of: problem.layout.fields[0]).reduce(1, *))
  }
}
