import Autodiff
import Layers
import Tensors
import TestSupport
import Testing

/// Sums of a few hundred products in double precision.
private let roundOff = 1e-12

@Suite("Operator transformers") struct TransformerTests {
  static let oformers = ["softmax", "linear", "nala"].map {
    #"{"type": "oformer", "width": 8, "layers": 2, "heads": 2, "modes": 5, "attention": "\#($0)""#
  }
  static let vits = ["fourier", "rotary", "none"].map {
    #"{"type": "vit", "patches": 4, "knots": 2, "width": 8, "layers": 2, "heads": 2, "position": "\#($0)""#
  }

  /// T1
  @Test(
    "gradients of the whole model are those of central differences",
    arguments: (oformers + vits).map { $0 + "}" }
      + [
        oformers[1] + #", "attentionNorm": "domain"}"#,
        oformers[1] + #", "attentionNorm": "fourier", "norm": "point"}"#,
      ])
  func gradients(_ json: String) throws {
    let grid = [8, 8]
    let probe = try ModelProbe(json, grid: grid)
    let shape = probe.shape(grid, batch: 2)
    let (input, target) = (ModelProbe.noise(shape), ModelProbe.noise(shape.with(channels: 1), "target"))
    /// Σ over the samples of their mean square distances.
    func loss() -> Double {
      zip(probe.output(input, shape), target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        / Double(shape.points)
    }
    let gradients = probe.gradients(grid)
    let scale = gradients.values.flatMap { $0 }.map(abs).max() ?? 0
    for parameter in probe.builder.parameters {
      let gradient = try #require(gradients[parameter.name])
      for index in Set([0, parameter.count / 2, parameter.count - 1]) {
        let (place, step) = (parameter.offset + index, 1e-5)
        let value = probe.values[place]
        probe.values[place] = value + step
        let above = loss()
        probe.values[place] = value - step
        let below = loss()
        probe.values[place] = value
        let difference = (above - below) / (2 * step)
        // Errors of the difference are step² times a third derivative, and rounding over the step.
        #expect(
          abs(difference - gradient[index]) < 1e-7 * max(1, scale), "\(parameter.name)[\(index)]")
      }
    }
  }

  /// Largest difference between the image of a moved field and the moved image.
  private func defect(_ json: String, grid: [Int], shift: [Int]) throws -> Double {
    let probe = try ModelProbe(json, grid: grid)
    let shape = probe.shape(grid)
    let field = ModelProbe.noise(shape)
    let moved = probe.output(shifted(field, grid, by: shift, channels: 2), shape)
    return worstDifference(moved, shifted(probe.output(field, shape), grid, by: shift, channels: 1))
      .difference
  }

  /// T5
  @Test(
    "an operator transformer commutes with shifts of a periodic grid, with coordinates it does not",
    arguments: oformers)
  func oformerShifts(_ json: String) throws {
    for shift in [[1, 0], [3, 5]] {
      #expect(try defect(json + "}", grid: [8, 10], shift: shift) < roundOff)
    }
    #expect(try defect(json + #", "embedding": "half-open"}"#, grid: [8, 10], shift: [1, 0]) > 1e-4)
  }

  /// T5
  @Test("a vision transformer without absolute position commutes with shifts by patches")
  func vitShifts() throws {
    for json in TransformerTests.vits[1...] {
      #expect(try defect(json + "}", grid: [8, 16], shift: [2, 0]) < roundOff)
      #expect(try defect(json + "}", grid: [8, 16], shift: [4, 12]) < roundOff)
      #expect(try defect(json + "}", grid: [8, 16], shift: [1, 0]) > 1e-4)
    }
    #expect(try defect(TransformerTests.vits[0] + "}", grid: [8, 16], shift: [2, 0]) > 1e-4)
  }

  /// Distances at the points of the coarsest grid to the output on the finest.
  private func distances(_ json: String, _ grid: [Int], factors: [Int], finest: Int) throws -> [Double] {
    let probe = try ModelProbe(json, grid: grid)
    let field = BandLimitedField(highest: 2, dimensions: grid.count)
    let outputs = (factors + [finest]).map { factor in
      let fine = grid.map { factor * $0 }
      return coarsened(
        probe.output(field.values(fine, channels: 2), probe.shape(fine)), fine, by: factor, channels: 1)
    }
    let scale = outputs[factors.count].map(abs).max() ?? 1
    return outputs.dropLast().map { worstDifference($0, outputs[factors.count]).difference / scale }
  }

  /// T4. The trapezoidal rule of a periodic axis is as good as functions are smooth: norms at a point are but where its
  /// channels agree, norm-aware features but where a component vanishes.
  @Test("an operator transformer gives one function on all grids that resolve its input", arguments: oformers)
  func oformerResolution(_ json: String) throws {
    let slow = json + #", "rotaryFrequency": 12}"#
    let errors = try distances(slow, [24], factors: [1, 2, 4, 8], finest: 32)
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(fine < 0.3 * coarse || fine < 1e-9, "\(errors)")
    }
    #expect(errors[3] < 1e-4, "\(errors)")
  }

  /// T4. The spline's moments are exact to fourth order in the spacing; nothing else depends on the grid.
  @Test("a vision transformer gives one function on all grids, to fourth order", arguments: vits)
  func vitResolution(_ json: String) throws {
    let errors = try distances(json + "}", [8, 8], factors: [1, 2, 4], finest: 16)
    let order = observedOrder(steps: [4, 2, 1], errors: errors)
    #expect(order > 3.5, "order \(order), errors \(errors)")
    #expect(errors[1] < 5e-3, "\(errors)")
  }

  @Test(
    "closed grids converge too",
    arguments: [#"{"type": "oformer", "width": 8, "heads": 2, "modes": 0}"#, vits[0] + "}"])
  func closed(_ json: String) throws {
    let sizes = [17, 33, 65, 257]
    let built = try buildModel(json, inputs: 1, outputs: 1, grid: [17], boundary: .closed)
    let values = HostBuffer(count: built.builder.memoryCount, precision: .float64)
    for parameter in built.builder.parameters { parameter.initialize(values, seed: 0) }
    let outputs = sizes.map { n -> [Double] in
      let graph = Graph(precision: .float64)
      let input = graph.input(FieldShape(batch: 1, grid: [n], channels: 1))
      let result = built.model(input)
      let program = Program(graph, results: [result])
      let frame = Frame(program, parameters: values)
      let x = program.values(of: input, in: frame)
      for i in 0..<n { x[i] = 1 / (1 + 2 * Double(i) / Double(n - 1)) }
      program.forward(in: frame)
      let y = program.values(of: result, in: frame)
      return (0..<17).map { y[$0 * (n - 1) / 16] }
    }
    let errors = outputs.dropLast().map { worstDifference($0, outputs[3]).difference }
    let order = observedOrder(steps: [4, 2, 1], errors: errors)
    #expect(order > 1.8, "order \(order), errors \(errors)")
  }

  @Test("what does not fit is refused")
  func refusals() throws {
    #expect(throws: (any Error).self) { try ModelProbe(TransformerTests.vits[0] + "}", grid: [7]) }
    #expect(throws: (any Error).self) { try ModelProbe(TransformerTests.oformers[0] + "}", grid: [4, 8]) }
    for more in [
      #"{"type": "oformer", "width": 9, "heads": 2}"#, #"{"type": "vit", "width": 9, "heads": 2}"#,
    ] {
      #expect(throws: (any Error).self) { try ModelProbe(more, grid: [64]) }
    }
    #expect(throws: (any Error).self) {
      try ModelProbe(#"{"type": "oformer", "width": 9, "heads": 3}"#, grid: [64])
    }
    #expect(throws: (any Error).self) {
      try ModelProbe(#"{"type": "vit", "width": 9, "heads": 3, "position": "rotary"}"#, grid: [64])
    }
  }
}
