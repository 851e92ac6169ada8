import Autodiff
import Configuration
import Datasets
import Fields
import Layers
import Operators
import Tensors
import Testing
import Training

@Suite("Where outputs are") struct OutputPlaceTests {
  private static let line = GridAxis(
    name: "x", coordinates: (0..<9).map { Double($0) / 8 }, boundary: .closed)
  private static let circle = GridAxis(
    name: "x", coordinates: (0..<8).map { Double($0) / 8 }, boundary: .periodic)

  private func signature(_ axis: GridAxis = Self.line, queries: QueryPoints? = nil) -> OperatorSignature {
    OperatorSignature(inputChannels: 1, outputChannels: 1, axes: [axis], queries: queries)
  }

  private func recipe(_ json: String) throws -> ModelRecipe {
    try ModelRegistry.read(
      "model", from: ConfigReader(try ConfigDocument.parse("{\"model\": \(json)}", source: "test.json")))
  }

  private static let vanishing = """
    {"type": "deeponet", "features": 4, "boundary": "vanishing", "branch": {"type": "mlp", "hidden": [4]},
     "trunk": {"hidden": [4]}}
    """

  @Test("a boundary condition is refused with a normalisation that moves zero, and on axes without ends")
  func boundary() throws {
    let builder = ParameterBuilder()
    let model = try recipe(Self.vanishing).build(signature(), builder)
    func task(_ kind: Normalizer.Kind) throws {
      _ = try OperatorTask(
        model: model, derivations: builder.derivations,
        fittingNormalizersTo: SampleTable(random: 6, signature: signature(), seed: 1, precision: .float32),
        input: .none, output: kind)
    }
    #expect(throws: Never.self) { try task(.none) }
    #expect(throws: TrainingError.boundaryMoves(normalization: "channel")) { try task(.channel) }
    #expect(throws: TrainingError.boundaryMoves(normalization: "pointwise")) { try task(.pointwise) }
    #expect(throws: (any Error).self) {
      try recipe(Self.vanishing).build(signature(Self.circle), ParameterBuilder())
    }
  }

  @Test("a basis is refused at other points than those of its outputs")
  func basisPoints() throws {
    func queries(_ places: [Double]) -> QueryPoints { .common(coordinates: places, dimensions: 1) }
    let recipe = try recipe(
      #"{"type": "pod-deeponet", "modes": 2, "branch": {"type": "mlp", "hidden": [4]}}"#)
    let model = try recipe.build(signature(queries: queries([0.1, 0.4, 0.9])), ParameterBuilder())
    #expect(throws: Never.self) { try recipe.validate(model, signature(queries: queries([0.1, 0.4, 0.9]))) }
    for places in [[0.1, 0.4], [0.1, 0.4, 0.8], [0.1, 0.4, 0.9, 1]] {
      #expect(throws: (any Error).self) { try recipe.validate(model, signature(queries: queries(places))) }
    }
  }

  @Test("losses of neighbouring points are refused at scattered ones")
  func scattered() throws {
    let scattered = signature(queries: .perSample(count: 5, dimensions: 1))
    for type in ["relativeH1", "relativeSobolev", "relativeHdiv", "patchwise"] {
      let reader = ConfigReader(try ConfigDocument.parse("{\"loss\": \"\(type)\"}", source: "test.json"))
      let loss = try LossRegistry.read("loss", from: reader)
      #expect(throws: TrainingError.lossNeedsGrid(loss: type)) { try loss.check(scattered) }
      #expect(throws: Never.self) { try loss.check(signature(Self.circle)) }
    }
  }
}
