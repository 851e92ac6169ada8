import Configuration
import Diagnostics
import Fields
import Solvers
import Tensors
import Testing

@Suite("Problem registry")
struct RegistryTests {
  @Test("identifiers are unique and in order")
  func order() {
    let identifiers = ProblemRegistry.entries.map(\.card.identifier)
    #expect(identifiers == identifiers.sorted())
    #expect(Set(identifiers).count == identifiers.count)
  }

  @Test("every entry yields finite samples that fit its layout", arguments: ProblemRegistry.entries)
  func conformance(_ entry: ProblemEntry) throws {
    let problem = try makeProblem(entry.smokeConfiguration)
    let layout = problem.layout
    #expect(layout.axes.count == entry.card.spatialDimensions)
    for axis in layout.axes {
      #expect(zip(axis.coordinates, axis.coordinates.dropFirst()).allSatisfy { $0 < $1 })
    }
    let names = problem.parameters.map(\.name)
    #expect(Set(names).count == names.count)

    let sample = try problem.makeSolver().solve(index: 5, seed: 77)
    #expect(sample.fields.count == layout.fields.count)
    for (values, field) in zip(sample.fields, layout.fields) {
      #expect(values.count == layout.shape(of: field).reduce(1, *), "\(field.name)")
      #expect(values.allSatisfy { $0.isFinite }, "\(field.name)")
      #expect(Set(values).count > 1, "\(field.name) is constant")
    }
    #expect(Set(sample.quality.keys) == Set(problem.qualityMeasures.map(\.name)))
    #expect(sample.quality.values.allSatisfy { $0.isFinite })

    switch problem.mapping {
    case .steady(let inputs, let outputs):
      let fields = layout.fields.map(\.name)
      #expect((inputs + outputs).allSatisfy { fields.contains($0) })
    case .points(let inputs, let points, let outputs):
      #expect((inputs + [points] + outputs).allSatisfy { name in layout.fields.contains { $0.name == name } })
    case .initialToFinal(let field), .trajectory(let field):
      #expect(layout.fields.contains { $0.name == field && $0.dependsOnTime })
    case .window(let field, let inputSteps, let outputSteps):
      #expect(layout.fields.contains { $0.name == field && $0.dependsOnTime })
      #expect(inputSteps + outputSteps <= layout.times.count)
    }
  }

  @Test(
    "a sample depends on seed and index alone: not on other samples, solvers or threads",
    arguments: ProblemRegistry.entries)
  func reproducibility(_ entry: ProblemEntry) throws {
    let problem = try makeProblem(entry.smokeConfiguration)
    let alone = try problem.makeSolver().solve(index: 3, seed: 1)
    let other = try problem.makeSolver().solve(index: 3, seed: 2)
    #expect(alone.fields != other.fields)

    let workers = 2
    let solvers = try (0..<workers).map { _ in try problem.makeSolver() }
    let results = HostBuffer(count: 6 * alone.fields[0].count, precision: .float64)
    let values = results.base.bindMemory(to: Double.self, capacity: results.count)
    let box = Shared(solvers: solvers, values: values)
    WorkerPool(workerCount: workers).forEach(6) { task, worker in
      guard let sample = try? box.solvers[worker].solve(index: task, seed: 1) else { return }
      for (i, value) in sample.fields[0].enumerated() {
        box.values[task * sample.fields[0].count + i] = value
      }
    }
    let batched = (0..<alone.fields[0].count).map { values[3 * alone.fields[0].count + $0] }
    #expect(batched == alone.fields[0])
  }

  /// Solvers by worker; each worker touches its own.
  private struct Shared: @unchecked Sendable {
    let solvers: [any SampleSolver]
    let values: UnsafeMutablePointer<Double>
  }

  @Test("every entry describes itself in the schema", arguments: ProblemRegistry.entries)
  func schema(_ entry: ProblemEntry) {
    let text = ConfigReader.schema(title: "generate") { _ = try ProblemRegistry.read($0) }.serialized(
      indent: nil)
    #expect(text.contains("\"\(entry.card.identifier)\""))
  }

  @Test("what was resolved reads back to the same resolution", arguments: ProblemRegistry.entries)
  func echo(_ entry: ProblemEntry) throws {
    let first = ConfigReader(
      try ConfigDocument.parse("{\"problem\": \(entry.smokeConfiguration)}", source: "a"))
    _ = try ProblemRegistry.read(first)
    let text = first.resolved.serialized(indent: nil)
    let second = ConfigReader(try ConfigDocument.parse(text, source: "b"))
    _ = try ProblemRegistry.read(second)
    try second.finish()
    #expect(second.resolved == first.resolved)
  }

  @Test("output times must increase")
  func refusesTimes() {
    let error = #expect(throws: Diagnostic.self) {
      try makeProblem("{\"type\": \"burgers\", \"times\": [0, 1, 1]}")
    }
    #expect(error?.exitCode == .usage)
    #expect(error?.summary == "output times must increase: 1.0 follows 1.0")
    #expect(error?.location?.contains("problem.times[2]") == true)
  }
}

@Suite("Shipped recipes")
struct RecipeTests {
  private static let folder =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/") + "/configs/generate"

  @Test(
    "every recipe reads, with the grid that it promises",
    arguments: [
      ("advection", [1024]), ("advection-diffusion", [64, 64]), ("allen-cahn", [256]),
      ("allen-cahn-2d", [128, 128]), ("wave", [64, 64]), ("burgers-pdebench", [1024]), ("heat", [256]),
      ("kdv", [256]),
      ("kuramoto-sivashinsky", [256]), ("navier-stokes-kolmogorov", [64, 64]),
      ("navier-stokes-mcwilliams", [64, 64]), ("reaction-diffusion", [1024]),
      ("burgers", [1024]), ("darcy", [29, 29]), ("darcy-85", [85, 85]), ("navier-stokes", [64, 64]),
      ("darcy-rough", [256, 256]), ("darcy-multiscale", [256, 256]), ("darcy-lognormal", [129, 129]),
      ("fisher-family", [64]), ("navier-stokes-forced", [128, 128]), ("navier-stokes-sines", [128, 128]),
      ("navier-stokes-gauss", [128, 128]), ("navier-stokes-pwc", [128, 128]),
      ("navier-stokes-shear-layer", [128, 128]), ("darcy-smooth", [65, 65]),
      ("darcy-cross", [71, 71]), ("poisson", [65, 65]), ("antiderivative", [100]), ("pendulum", [100]),
      ("helmholtz", [101, 101]), ("source-reaction", [100]), ("square-wave", [200]),
    ])
  func recipe(_ name: String, _ shape: [Int]) throws {
    let reader = ConfigReader(try ConfigDocument.load(path: "\(Self.folder)/\(name).json"))
    let problem = try ProblemRegistry.read(reader)
    #expect(problem.layout.axes.map(\.count) == shape)
    #expect(try reader.int("samples", doc: "") >= 1100)
    // A model is taken over to this file from one of seed 0.
    #expect(try reader.int("seed", doc: "") == (name == "darcy-cross" ? 1 : 0))
    #expect(try reader.string("storage", doc: "") == "float32")
    #expect(try reader.string("output", doc: "") == "datasets/generated/\(name).h5")
    try reader.finish()
  }
}
