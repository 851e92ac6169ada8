import Autodiff
import Layers
import Tensors
import TestSupport
import Testing

/// Sums of a few hundred products in double precision.
private let roundOff = 1e-12

/// A neural spectral block in double precision.
private final class BlockProbe {
  let channels: Int
  let block: NeuralSpectralBlock
  let builder = ParameterBuilder()
  let values: HostBuffer

  init(channels: Int = 6, tokens: Int = 3, heads: Int = 2, harmonics: Int = 4) {
    self.channels = channels
    block = NeuralSpectralBlock(
      "block", channels: channels, tokens: tokens, heads: heads, harmonics: harmonics, in: builder)
    values = HostBuffer(count: builder.memoryCount, precision: .float64)
    for parameter in builder.parameters {
      let numbers = Philox(seed: 3, stream: parameter.name)
      for (i, place) in parameter.range.enumerated() { values[place] = 0.5 * numbers.normals(UInt64(i)).0 }
    }
  }

  func parameter(_ name: String) throws -> Parameter {
    try #require(builder.parameters.first { $0.name == "block.\(name)" })
  }

  func set(_ name: String, _ value: (Int) -> Double) throws {
    for (i, place) in try parameter(name).range.enumerated() { values[place] = value(i) }
  }

  func output(_ field: [Double], grid: [Int], patch: [Int]) -> [Double] {
    let graph = Graph(precision: .float64)
    let input = graph.input(FieldShape(batch: 1, grid: grid, channels: channels))
    let result = block(input, patch: patch)
    let program = Program(graph, results: [result])
    let frame = Frame(program, parameters: values)
    let slice = program.values(of: input, in: frame)
    for (i, value) in field.enumerated() { slice[i] = value }
    program.forward(in: frame)
    let y = program.values(of: result, in: frame)
    return (0..<y.count).map { y[$0] }
  }

  func noise(_ grid: [Int]) -> [Double] {
    ModelProbe.noise(FieldShape(batch: 1, grid: grid, channels: channels))
  }

  /// Points in another order.
  func permuted(_ field: [Double], _ order: [Int]) -> [Double] {
    order.flatMap { field[($0 * channels)..<(($0 + 1) * channels)] }
  }
}

@Suite("Laws of latent spectral models") struct LSMTests {
  @Test("a block does not know the order of a patch's points")
  func points() {
    let probe = BlockProbe()
    let field = probe.noise([4, 3])
    let order = [7, 2, 11, 0, 5, 9, 1, 10, 3, 8, 6, 4]
    let y = probe.output(field, grid: [4, 3], patch: [4, 3])
    expectClose(
      probe.output(probe.permuted(field, order), grid: [4, 3], patch: [4, 3]), probe.permuted(y, order),
      tolerance: roundOff)
    #expect(worstDifference(y, field).difference > 1e-2)
  }

  @Test("a block does not know the order of its tokens")
  func tokens() throws {
    let probe = BlockProbe()
    let field = probe.noise([5])
    let y = probe.output(field, grid: [5], patch: [5])
    let range = try probe.parameter("tokens").range
    let old = range.map { probe.values[$0] }
    try probe.set("tokens") { i in old[(i + probe.channels) % old.count] }
    expectClose(probe.output(field, grid: [5], patch: [5]), y, tolerance: roundOff)
    try probe.set("tokens") { i in i == 0 ? old[0] + 1 : old[i] }
    #expect(worstDifference(probe.output(field, grid: [5], patch: [5]), y).difference > 1e-3)
  }

  /// Values that do not depend on the point, and tokens that are equal, make both averages trivial.
  @Test("both softmaxes have the sum one, and a transition without coefficients changes nothing")
  func sums() throws {
    let probe = BlockProbe()
    let (c, value) = (probe.channels, 0.3)
    try probe.set("coefficients") { _ in 0 }
    try probe.set("tokens") { i in Double(i % c) - 2 }
    let weight = try probe.parameter("encoder.weight").range.map { probe.values[$0] }
    try probe.set("encoder.weight") { i in i % (2 * c) < c ? weight[i] : 0 }
    try probe.set("encoder.bias") { i in i < c ? 0 : value }
    let field = probe.noise([4, 2])
    let expected = field.enumerated().map { i, x in x + Double(i % c) - 2 + value }
    expectClose(probe.output(field, grid: [4, 2], patch: [2, 2]), expected, tolerance: roundOff)
  }

  @Test("patches do not see each other")
  func patches() {
    let probe = BlockProbe()
    var field = probe.noise([4, 6])
    let y = probe.output(field, grid: [4, 6], patch: [2, 3])
    // Point (3, 4) lies in the last patch.
    field[(3 * 6 + 4) * probe.channels] += 1
    let z = probe.output(field, grid: [4, 6], patch: [2, 3])
    for point in 0..<24 {
      let range = (point * probe.channels)..<((point + 1) * probe.channels)
      let change = worstDifference(Array(y[range]), Array(z[range])).difference
      #expect((change > 1e-6) == (point / 6 >= 2 && point % 6 >= 3))
    }
  }

  @Test("with physical patches a block commutes with refinement")
  func refinement() {
    let probe = BlockProbe()
    let field = probe.noise([4, 4])
    let double = (0..<64).map { point in point / 16 * 4 + point % 8 / 2 }
    let y = probe.output(field, grid: [4, 4], patch: [2, 2])
    let z = probe.output(probe.permuted(field, double), grid: [8, 8], patch: [4, 4])
    expectClose(z, probe.permuted(y, double), tolerance: roundOff)
  }

  @Test("a transition adds the sines and cosines of its coefficients")
  func transition() {
    let (channels, harmonics) = (2, 5)
    let builder = ParameterBuilder()
    let parameter = builder.parameter("coefficients", shape: [2 * harmonics, channels], initial: .zeros)
    let values = HostBuffer(count: builder.memoryCount, precision: .float64)
    let a = ModelProbe.noise(FieldShape(batch: 1, grid: [2 * harmonics], channels: channels), "coefficients")
    for (i, place) in parameter.range.enumerated() { values[place] = a[i] }
    let graph = Graph(precision: .float64)
    let input = graph.input(FieldShape(batch: 1, grid: [2000], channels: channels))
    let result = input.addingHarmonics(parameter)
    let program = Program(graph, results: [result])
    let frame = Frame(program, parameters: values)
    let x = ModelProbe.noise(input.shape).map { 10 * $0 }
    let slice = program.values(of: input, in: frame)
    for (i, value) in x.enumerated() { slice[i] = value }
    program.forward(in: frame)
    let y = program.values(of: result, in: frame)
    let expected = x.enumerated().map { place, value in
      (0..<harmonics).reduce(value) { sum, i in
        let (sine, cosine) = sineAndCosine(Double.pi * Double(i) * value / Double(harmonics))
        let channel = place % channels
        return sum + a[i * channels + channel] * sine + a[(harmonics + i) * channels + channel] * cosine
      }
    }
    expectClose((0..<y.count).map { y[$0] }, expected, tolerance: 1e-11)
  }

  @Test("patches of so many points must fill the padded grid; physical ones always do")
  func padding() throws {
    func model(_ options: String) throws -> any OperatorModel {
      let json = #"{"type": "lsm", "width": 8\#(options)}"#
      return try buildModel(json, inputs: 1, outputs: 1, grid: [96, 96]).model
    }
    let published = try model(#", "patch": 6"#)
    #expect(throws: ModelError.patchesMissGrid(key: "padding", axis: 0, points: 85, padded: 85, multiple: 96))
    {
      try published.validate(grid: [85, 85])
    }
    try model(#", "patch": 6, "padding": [0]"#).validate(grid: [192, 96])
    let physical = try model("")
    for grid in [[85, 85], [17, 16], [100, 421]] { try physical.validate(grid: grid) }
    #expect(throws: ModelError.self) { try physical.validate(grid: [16, 11]) }
  }

  @Test("heads must divide the channels")
  func heads() {
    #expect(throws: (any Error).self) {
      try buildModel(#"{"type": "lsm", "width": 12}"#, inputs: 1, outputs: 1, grid: [32])
    }
  }
}
