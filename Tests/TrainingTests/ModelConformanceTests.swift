import Autodiff
import Configuration
import Fields
import Layers
import Operators
import Tensors
import Testing
import Training

/// What every model of the registry must do, whatever it is.
@Suite("Every model") struct ModelConformanceTests {
  struct Entry: Sendable, CustomTestStringConvertible {
    var entry: ModelEntry
    var testDescription: String { entry.card.identifier }
  }

  static let entries = ModelRegistry.entries.map(Entry.init)

  private func build(_ entry: ModelEntry, grid: [Int]) throws -> (
    model: any OperatorModel, builder: ParameterBuilder
  ) {
    let text = "{\"model\": \(entry.card.smokeConfiguration)}"
    let reader = ConfigReader(try ConfigDocument.parse(text, source: entry.card.identifier))
    let recipe = try ModelRegistry.read("model", from: reader)
    try reader.finish()
    #expect(recipe.card.identifier == entry.card.identifier)
    let axes = grid.enumerated().map { index, count in
      GridAxis(
        name: ["x", "y", "z"][index], coordinates: (0..<count).map { Double($0) / Double(count) },
        boundary: .periodic)
    }
    let builder = ParameterBuilder()
    return (
      try recipe.build(OperatorSignature(inputChannels: 2, outputChannels: 1, axes: axes), builder), builder
    )
  }

  @Test(
    "maps its input to one output per grid point in all its dimensions, and every parameter has a gradient",
    arguments: entries)
  func gradients(_ e: Entry) throws {
    for dimension in e.entry.card.dimensions {
      let grid = Array(repeating: 16, count: dimension)
      let (model, builder) = try build(e.entry, grid: grid)
      let graph = Graph(precision: .float64)
      let input = graph.input(FieldShape(batch: 2, grid: grid, channels: 2))
      let output = model(input)
      #expect(output.shape == FieldShape(batch: 2, grid: grid, channels: 1))
      let target = graph.input(output.shape)
      let program = Program(graph, results: [output], loss: output.meanSquaredError(to: target))
      let values = HostBuffer(count: builder.memoryCount, precision: .float64)
      let gradients = HostBuffer(count: builder.memoryCount, precision: .float64)
      // Away from initial values, at which a weight of zero may hide what is behind it.
      for parameter in builder.parameters {
        parameter.initialize(values, seed: 0)
        let numbers = Philox(seed: 4, stream: parameter.name)
        for (i, place) in parameter.range.enumerated() {
          values[place] += 0.05 * numbers.normals(UInt64(i)).0
        }
      }
      let frame = Frame(program, parameters: values, gradients: gradients)
      for (index, variable) in [input, target].enumerated() {
        let slice = program.values(of: variable, in: frame)
        let numbers = Philox(seed: 2, stream: "input \(index)")
        for i in 0..<slice.count { slice[i] = numbers.normals(UInt64(i)).0 }
      }
      let derived = DerivedWeights(builder.derivations, precision: .float64, trains: true)
      derived.compute(in: values)
      program.forward(in: frame)
      program.backward(in: frame, scale: 1)
      derived.pullBack(values: values, gradients: gradients)
      for parameter in builder.parameters where parameter.isTrained {
        let largest = parameter.range.map { abs(gradients[$0]) }.max() ?? 0
        #expect(largest > 0 && largest.isFinite, "\(parameter.name) in \(dimension)-D")
      }
    }
  }

  @Test("overfits four samples", arguments: entries)
  func overfits(_ e: Entry) throws {
    let problem = try SyntheticProblem(samples: 8, points: 16)
    let training = """
      {"epochs": 300, "batch": 4, "optimizer": {"type": "adam", "learningRate": 0.01}, "schedule": "cosine"}
      """
    let (trainer, _, _) = try problem.trainer(
      model: e.entry.card.smokeConfiguration, training: training, train: 4)
    for _ in 0..<300 { _ = try trainer.trainEpoch() }
    #expect(trainer.progress.trainingLoss < 0.02)
  }

  @Test("survives a checkpoint to the bit", arguments: entries)
  func checkpoint(_ e: Entry) throws {
    let problem = try SyntheticProblem(samples: 12, points: 16)
    let training = #"{"epochs": 2, "batch": 4}"#
    let first = try problem.trainer(model: e.entry.card.smokeConfiguration, training: training, train: 8)
    let run = try problem.run("run", first)
    _ = try run.train(stop: .never, budget: nil, started: now(), progress: silentProgress())
    let second = try problem.trainer(
      model: e.entry.card.smokeConfiguration, training: training, train: 8, seed: 5)
    try second.trainer.restore(CheckpointFile(path: run.directory.lastCheckpoint))
    #expect(second.trainer.bits == first.trainer.bits)
    #expect(second.trainer.evaluate(second.table).loss == first.trainer.evaluate(first.table).loss)
  }

  @Test("has a title and a citation, in an ordered registry", arguments: entries)
  func card(_ e: Entry) {
    #expect(!e.entry.card.citation.isEmpty && !e.entry.card.title.isEmpty)
    #expect(
      ModelRegistry.entries.map(\.card.identifier) == ModelRegistry.entries.map(\.card.identifier).sorted())
  }
}
