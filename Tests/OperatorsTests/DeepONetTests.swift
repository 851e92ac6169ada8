import Autodiff
import Fields
import Foundation
import Layers
import Operators
import Tensors
import TestSupport
import Testing

/// Rounding of a few layers in double precision.
private let rounding = 1e-12

/// A model with weights, which can be asked for its output.
private struct Asked {
  let model: any OperatorModel
  let builder: ParameterBuilder
  let values: HostBuffer

  init(
    _ json: String, inputs: Int = 1, outputs: Int = 1, grid: [Int], boundary: GridAxis.Boundary = .periodic
  ) throws {
    let built = try buildModel(json, inputs: inputs, outputs: outputs, grid: grid, boundary: boundary)
    (model, builder) = (built.model, built.builder)
    values = HostBuffer(count: builder.memoryCount, precision: .float64)
    for parameter in builder.parameters {
      let numbers = Philox(seed: 3, stream: parameter.name)
      for i in 0..<parameter.count { values[parameter.offset + i] = 0.4 * numbers.normals(UInt64(i)).0 }
    }
  }

  /// Places of a parameter's numbers.
  func range(_ name: String) throws -> Range<Int> {
    try #require(builder.parameters.first { $0.name == name }).range
  }

  /// The output for inputs `[samples][N…][channels]`, on the grid or at points `[1 or samples][P][D]`.
  func output(
    _ inputs: [Double], samples: Int, grid: [Int], channels: Int = 1,
    at points: (values: [Double], samples: Int, dimensions: Int)? = nil
  ) throws -> [Double] {
    let graph = Graph(precision: .float64)
    let input = graph.input(FieldShape(batch: samples, grid: grid, channels: channels))
    let output: Variable
    var asked: Variable?
    if let points {
      let model = try #require(model as? any PointOperatorModel)
      let count = points.values.count / points.samples / points.dimensions
      let variable = graph.input(
        FieldShape(batch: points.samples, grid: [count], channels: points.dimensions))
      asked = variable
      output = model(input, at: variable)
    } else {
      output = model(input)
    }
    let program = Program(graph, results: [output])
    let frame = Frame(program, parameters: values)
    for (variable, numbers) in [(input, inputs)] + (asked.map { [($0, points?.values ?? [])] } ?? []) {
      let slice = program.values(of: variable, in: frame)
      for (i, number) in numbers.enumerated() { slice[i] = number }
    }
    program.forward(in: frame)
    let result = program.values(of: output, in: frame)
    return (0..<result.count).map { result[$0] }
  }
}

private func random(_ count: Int, _ stream: String) -> [Double] {
  let numbers = Philox(seed: 1, stream: stream)
  return (0..<count).map { numbers.normals(UInt64($0)).0 }
}

@Suite("DeepONet") struct DeepONetTests {
  private static let plain = """
    {"type": "deeponet", "features": 6, "branch": {"type": "mlp", "hidden": [7], "activation": "tanh"}, \
    "trunk": {"hidden": [5], "activation": "tanh"}}
    """

  @Test(
    "gives the same at points that all functions share and at points of each function's own",
    arguments: [1, 2])
  func layouts(_ outputs: Int) throws {
    let net = try Asked(Self.plain, outputs: outputs, grid: [9])
    let inputs = random(27, "inputs")
    let points = random(4, "points")
    let common = try net.output(inputs, samples: 3, grid: [9], at: (points, 1, 1))
    let own = try net.output(inputs, samples: 3, grid: [9], at: (points + points + points, 3, 1))
    expectClose(common, own, tolerance: rounding, "\(outputs) outputs")
    #expect(Set(common).count == 12 * outputs)
  }

  @Test("asked on its grid, it is asked at the grid's points")
  func grid() throws {
    let net = try Asked(Self.plain, grid: [4, 3])
    let inputs = random(24, "inputs")
    var points: [Double] = []
    for i in 0..<4 { for j in 0..<3 { points += [Double(i) / 4, Double(j) / 3] } }
    expectClose(
      try net.output(inputs, samples: 2, grid: [4, 3]),
      try net.output(inputs, samples: 2, grid: [4, 3], at: (points, 1, 2)), tolerance: rounding, "grid")
  }

  @Test("output times are a coordinate of the trunk")
  func times() throws {
    let built = try buildModel(Self.plain, inputs: 1, outputs: 6, grid: [4], times: [0, 0.5, 2])
    let model = try #require(built.model as? DeepONet)
    #expect(model.outputsPerPoint == 2)
    #expect(model.signature.queryDomain.count == 2)
    #expect(model.signature.queryDomain[1] == CoordinateRange(origin: 0, length: 2))
  }

  @Test("has an activation behind the trunk's last layer")
  func trunkActivation() throws {
    let net = try Asked(
      Self.plain.replacingOccurrences(of: "[5], \"activation\": \"tanh\"", with: "[5]"), grid: [9])
    for i in try net.range("trunk.1.bias") { net.values[i] = -1e6 }
    let bias = net.values[try net.range("bias").lowerBound]
    // All features of a point are relu(−large) = 0, so that the output's bias is left.
    #expect(try net.output(random(9, "inputs"), samples: 1, grid: [9]).allSatisfy { $0 == bias })
  }

  @Test("stacked is a branch whose layers behind the first are block diagonal")
  func stacked() throws {
    let stacked = try Asked(
      Self.plain.replacingOccurrences(of: "\"features\": 6", with: "\"stacked\": true, \"features\": 6"),
      grid: [9])
    let plain = try Asked(Self.plain.replacingOccurrences(of: "[7]", with: "[42]"), grid: [9])
    for name in ["branch.0.weight", "branch.0.bias", "branch.1.bias", "bias"] + [
      "trunk.0.weight", "trunk.0.bias", "trunk.1.weight", "trunk.1.bias",
    ] {
      for (a, b) in zip(try plain.range(name), try stacked.range(name)) {
        plain.values[a] = stacked.values[b]
      }
    }
    let (full, blocks) = (try plain.range("branch.1.weight"), try stacked.range("branch.1.weight"))
    for i in full { plain.values[i] = 0 }
    for block in 0..<6 {
      for h in 0..<7 {
        plain.values[full.lowerBound + (block * 7 + h) * 6 + block] =
          stacked.values[blocks.lowerBound + block * 7 + h]
      }
    }
    let inputs = random(18, "inputs")
    expectClose(
      try stacked.output(inputs, samples: 2, grid: [9]), try plain.output(inputs, samples: 2, grid: [9]),
      tolerance: rounding, "stacked")
  }

  @Test("without bias switches, a linear branch is linear")
  func bias() throws {
    let json = Self.plain.replacingOccurrences(
      of: "\"features\": 6", with: "\"bias\": false, \"features\": 6"
    )
    .replacingOccurrences(of: "[7], \"activation\": \"tanh\"", with: "[7], \"activation\": \"identity\"")
    let net = try Asked(json, grid: [9])
    #expect(!net.builder.parameters.contains { $0.name == "bias" || $0.name == "branch.1.bias" })
    for i in try net.range("branch.0.bias") { net.values[i] = 0 }
    let (a, b) = (random(9, "a"), random(9, "b"))
    let mixed: [Double] = zip(a, b).map { 2 * $0 - 3 * $1 }
    let sum = try net.output(mixed, samples: 1, grid: [9])
    let (u, v) = (try net.output(a, samples: 1, grid: [9]), try net.output(b, samples: 1, grid: [9]))
    let expected: [Double] = zip(u, v).map { 2 * $0 - 3 * $1 }
    expectClose(sum, expected, tolerance: rounding, "linear")
  }

  @Test("periodic features make the output periodic, polar ones invariant to a whole turn")
  func features() throws {
    let periodic = try Asked(
      Self.plain.replacingOccurrences(
        of: "\"hidden\": [5]",
        with: "\"hidden\": [5], \"features\": {\"type\": \"periodic\", \"frequencies\": 3}"), grid: [9])
    let inputs = random(9, "inputs")
    let u = try periodic.output(inputs, samples: 1, grid: [9], at: ([0, 1, -0.3, 0.7, 0.2], 1, 1))
    #expect(abs(u[0] - u[1]) < rounding && abs(u[2] - u[3]) < rounding && abs(u[0] - u[4]) > 1e-6)
    let polar = try Asked(
      Self.plain.replacingOccurrences(
        of: "\"hidden\": [5]", with: "\"hidden\": [5], \"features\": {\"type\": \"polar\"}"),
      grid: [3, 3], boundary: .closed)
    let v = try polar.output(inputs, samples: 1, grid: [3, 3], at: ([0.5, 0.5, 0.9, 0.5, 0.5, 0.9], 1, 2))
    #expect(v.allSatisfy(\.isFinite) && abs(v[1] - v[2]) > 1e-6)
    // Located in the configuration, and so no ModelError any more.
    #expect(throws: (any Error).self) {
      _ = try Asked(
        Self.plain.replacingOccurrences(
          of: "\"hidden\": [5]", with: "\"hidden\": [5], \"features\": {\"type\": \"polar\"}"),
        grid: [9])
    }
  }

  @Test(
    "hard boundaries are exactly zero on the boundary and only there", arguments: ["vanishing", "zeroed"])
  func boundary(_ kind: String) throws {
    let json = Self.plain.replacingOccurrences(
      of: "\"features\": 6", with: "\"boundary\": \"\(kind)\", \"features\": 6")
    let net = try Asked(json, grid: [5, 4], boundary: .closed)
    let free = try Asked(Self.plain, grid: [5, 4], boundary: .closed)
    let inputs = random(20, "inputs")
    let (u, v) = (
      try net.output(inputs, samples: 1, grid: [5, 4]), try free.output(inputs, samples: 1, grid: [5, 4])
    )
    for i in 0..<5 {
      for j in 0..<4 {
        let isEdge = i == 0 || i == 4 || j == 0 || j == 3
        #expect((u[i * 4 + j] == 0) == isEdge, "\(i), \(j)")
        if !isEdge && kind == "zeroed" { #expect(u[i * 4 + j] == v[i * 4 + j]) }
      }
    }
  }

  @Test("with a Fourier branch, one function gives one output, whatever grid it is sampled on")
  func fourier() throws {
    let json = Self.plain.replacingOccurrences(of: "\"mlp\"", with: "\"fourier\", \"modes\": 3")
    let net = try Asked(json, grid: [16])
    func sampled(_ n: Int) -> [Double] {
      (0..<n).map { j in
        let (s, c) = sineAndCosine(4 * .pi * Double(j) / Double(n))
        return 0.3 + s - 0.7 * c
      }
    }
    let (coarse, fine) = (
      try net.output(sampled(16), samples: 1, grid: [16]), try net.output(sampled(32), samples: 1, grid: [32])
    )
    expectClose(coarse, stride(from: 0, to: 32, by: 2).map { fine[$0] }, tolerance: rounding, "grids")
    #expect(throws: ModelError.self) { try net.model.validate(grid: [6]) }
    let fixed = try Asked(Self.plain, grid: [16])
    #expect(throws: ModelError.fixedGrid(key: "branch", trained: [16], asked: [32])) {
      try fixed.model.validate(grid: [32])
    }
  }

  @Test("channels that are constant over the grid may enter once")
  func constants() throws {
    let json = Self.plain.replacingOccurrences(of: "\"mlp\"", with: "\"mlp\", \"constantChannels\": 2")
    let net = try Asked(json, inputs: 3, grid: [9])
    #expect(try net.range("branch.0.weight").count == (9 + 2) * 7)
    var inputs = random(27, "inputs")
    let first = try net.output(inputs, samples: 1, grid: [9], channels: 3)
    inputs[3 * 4 + 1] += 1
    #expect(try net.output(inputs, samples: 1, grid: [9], channels: 3) == first)
    inputs[1] += 1
    #expect(try net.output(inputs, samples: 1, grid: [9], channels: 3) != first)
  }
}

@Suite("POD-DeepONet") struct PODDeepONetTests {
  /// Samples of a field of six numbers, spread most along some directions.
  private func outputs(samples: Int) -> HostBuffer {
    let buffer = HostBuffer(count: samples * 6, precision: .float64)
    let numbers = random(samples * 6, "outputs")
    for s in 0..<samples { for i in 0..<6 { buffer[s * 6 + i] = 1 + numbers[s * 6 + i] / Double(1 + i * i) } }
    return buffer
  }

  @Test("its basis is orthonormal, ordered, and loses exactly the variance that is left", arguments: [20, 5])
  func basis(_ samples: Int) throws {
    let modes = 3
    let built = try buildModel(
      #"{"type": "pod-deeponet", "modes": 3, "branch": {"type": "mlp", "hidden": [4]}}"#, inputs: 1,
      outputs: 1, grid: [6])
    let model = try #require(built.model as? any DataFittedModel)
    let values = HostBuffer(count: built.builder.memoryCount, precision: .float64)
    let data = outputs(samples: samples)
    try model.fit(to: TrainingOutputs(data, samples: samples), into: values)
    let basis = try #require(built.builder.parameters.first { $0.name == "basis" })
    let mean = try #require(built.builder.parameters.first { $0.name == "mean" })
    #expect(!basis.isTrained && !mean.isTrained)
    func phi(_ k: Int) -> [Double] { (0..<6).map { values[basis.offset + k * 6 + $0] } }
    func dot(_ a: [Double], _ b: [Double]) -> Double {
      var sum = 0.0
      for i in 0..<6 { sum += a[i] * b[i] }
      return sum / 6
    }
    for i in 0..<modes { for j in 0..<modes { #expect(abs(dot(phi(i), phi(j)) - (i == j ? 1 : 0)) < 1e-12) } }
    var kept = [Double](repeating: 0, count: modes)
    var (lost, total) = (0.0, 0.0)
    for s in 0..<samples {
      var rest = (0..<6).map { data[s * 6 + $0] - values[mean.offset + $0] }
      total += dot(rest, rest)
      for k in 0..<modes {
        let c = dot(rest, phi(k))
        kept[k] += c * c
        rest = zip(rest, phi(k)).map { $0 - c * $1 }
      }
      lost += dot(rest, rest)
    }
    #expect(kept[0] >= kept[1] && kept[1] >= kept[2])
    #expect(abs(total - kept.reduce(0, +) - lost) < 1e-12 * total)
    // No other direction keeps more: the best of many random ones, orthogonal to those before, keeps less.
    for trial in 0..<50 {
      var direction = random(6, "direction \(trial)")
      for k in 0..<modes { direction = zip(direction, phi(k)).map { $0 - dot(direction, phi(k)) * $1 } }
      let length = dot(direction, direction).squareRoot()
      direction = direction.map { $0 / length }
      let variance = (0..<samples).reduce(0.0) { sum, s in
        let c = dot((0..<6).map { data[s * 6 + $0] - values[mean.offset + $0] }, direction)
        return sum + c * c
      }
      #expect(variance <= kept[2] * (1 + 1e-12))
    }
  }

  @Test("refuses more modes than the samples span")
  func rank() throws {
    let built = try buildModel(
      #"{"type": "pod-deeponet", "modes": 5, "branch": {"type": "mlp", "hidden": [4]}}"#, inputs: 1,
      outputs: 1, grid: [6])
    let model = try #require(built.model as? any DataFittedModel)
    let values = HostBuffer(count: built.builder.memoryCount, precision: .float64)
    #expect(throws: ModelError.tooFewSamples(modes: 5, samples: 5, width: 6)) {
      try model.fit(to: TrainingOutputs(outputs(samples: 5), samples: 5), into: values)
    }
  }
}

@Suite("MultiONet") struct MultiONetTests {
  @Test("is the mean of its layers' DeepONets with their weights, and zero at first")
  func layers() throws {
    let json = #"{"type": "multionet", "width": 5, "layers": 3, "paired": 2, "branchActivation": "tanh"}"#
    let net = try Asked(json, grid: [9])
    let inputs = random(18, "inputs")
    let (first, second) = (
      try net.range("layerWeights.0").lowerBound, try net.range("layerWeights.1").lowerBound
    )
    let bias = try net.range("bias").lowerBound
    func output(_ a: Double, _ b: Double) throws -> [Double] {
      (net.values[first], net.values[second], net.values[bias]) = (a, b, 0.25)
      return try net.output(inputs, samples: 2, grid: [9])
    }
    #expect(try output(0, 0).allSatisfy { $0 == 0.25 })
    let (a, b, both) = (try output(1, 0), try output(0, 1), try output(2, -3))
    let expected: [Double] = zip(a, b).map { 2 * ($0 - 0.25) - 3 * ($1 - 0.25) + 0.25 }
    expectClose(both, expected, tolerance: rounding, "layers")
    // The last layer alone is half of the DeepONet with an activation behind the branch.
    #expect(zip(a, b).contains { abs($0 - $1) > 1e-3 })
    for parameter in net.builder.parameters
    where parameter.name.hasPrefix("layerWeights") || parameter.name == "bias" {
      #expect(parameter.initial == .zeros)
    }
  }
}
