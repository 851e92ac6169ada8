import Autodiff
import Layers
import Tensors
import TestSupport
import Testing

/// Sums of a few thousand products in double precision.
private let roundOff = 1e-11

@Suite("Laws of multigrid neural operators") struct MgNOTests {
  /// One V-cycle and a matrix behind it: a linear map.
  private static func linear(_ more: String, iterations: String = "[1, 2, 2]", post: Int = 1) -> String {
    """
    {"type": "mgno", "width": 3, "layers": 1, "activation": "identity", "skip": false, "iterations": \(iterations), \
    "postIterations": \(post)\(more)}
    """
  }

  struct Setting: Sendable, CustomTestStringConvertible {
    var grid: [Int]
    var options: String
    var testDescription: String { "\(grid) \(options)" }
  }

  static let linearSettings = [
    Setting(grid: [16, 8], options: ""), Setting(grid: [16, 8], options: #", "padding": "periodic""#),
    Setting(grid: [16, 8], options: #", "padding": "periodic", "upPadding": "zero""#),
    Setting(grid: [13, 9], options: #", "padding": "reflect", "upKernels": 3"#),
    Setting(grid: [11, 15], options: #", "padding": "reflect", "transferPadding": false, "upKernels": 3"#),
    Setting(grid: [16], options: #", "restriction": "residual""#),
    Setting(
      grid: [16], options: #", "restriction": "residual", "coarseStart": "zero", "padding": "periodic""#),
    Setting(grid: [8, 8], options: #", "widening": true, "projection": "cycle""#),
    Setting(grid: [4, 8, 4], options: #", "padding": "periodic""#),
  ]

  @Test("a V-cycle is linear and maps zero to zero", arguments: linearSettings)
  func linearity(_ s: Setting) throws {
    let probe = try ModelProbe(Self.linear(s.options), grid: s.grid)
    let shape = probe.shape(s.grid)
    let (u, v) = (ModelProbe.noise(shape, "u"), ModelProbe.noise(shape, "v"))
    let (wu, wv) = (probe.output(u, shape), probe.output(v, shape))
    let sum = probe.output(zip(u, v).map { 0.7 * $0 - 1.3 * $1 }, shape)
    expectClose(sum, zip(wu, wv).map { 0.7 * $0 - 1.3 * $1 }, tolerance: roundOff)
    #expect(probe.output(u.map { _ in 0 }, shape).allSatisfy { $0 == 0 })
    #expect(wu.contains { abs($0) > 1e-4 })
  }

  /// The gradient of mean (W u − t)² at u = 0 is −2/n Wᵀt.
  @Test("⟨W u, t⟩ = ⟨u, Wᵀ t⟩", arguments: linearSettings)
  func adjoint(_ s: Setting) throws {
    let built = try buildModel(Self.linear(s.options), inputs: 2, outputs: 1, grid: s.grid)
    let values = HostBuffer(count: built.builder.memoryCount, precision: .float64)
    for parameter in built.builder.parameters { parameter.initialize(values, seed: 1) }
    let graph = Graph(precision: .float64)
    let input = graph.input(FieldShape(batch: 1, grid: s.grid, channels: 2), needsGradient: true)
    let output = built.model(input)
    let target = graph.input(output.shape)
    let program = Program(graph, results: [output], loss: output.meanSquaredError(to: target))
    let gradients = HostBuffer(count: values.count, precision: .float64)
    let frame = Frame(program, parameters: values, gradients: gradients)
    func fill(_ variable: Variable, _ numbers: [Double]) {
      let slice = program.values(of: variable, in: frame)
      for (i, value) in numbers.enumerated() { slice[i] = value }
    }
    let (u, t) = (ModelProbe.noise(input.shape, "u"), ModelProbe.noise(output.shape, "t"))
    fill(input, u)
    fill(target, t)
    program.forward(in: frame)
    let image = program.values(of: output, in: frame)
    let left = t.indices.reduce(0) { $0 + image[$1] * t[$1] }
    fill(input, u.map { _ in 0 })
    fill(target, t)
    program.forward(in: frame)
    program.backward(in: frame, scale: 1)
    let gradient = program.gradient(of: input, in: frame)
    let right = u.indices.reduce(0) { $0 + u[$1] * gradient[$1] } * -Double(t.count) / 2
    #expect(abs(left) > 1e-4)
    expectClose([right], [left], tolerance: roundOff)
  }

  /// `[N₁][N₂][C]` moved by whole points along both axes.
  private func shifted(_ field: [Double], _ grid: [Int], by shift: Int) -> [Double] {
    let channels = field.count / (grid[0] * grid[1])
    return field.indices.map { place in
      let (point, c) = (place / channels, place % channels)
      let (i, j) = (
        (point / grid[1] - shift + grid[0]) % grid[0], (point % grid[1] - shift + grid[1]) % grid[1]
      )
      return field[(i * grid[1] + j) * channels + c]
    }
  }

  private func shiftError(_ options: String, by shift: Int) throws -> Double {
    let json =
      #"{"type": "mgno", "width": 4, "layers": 2, "iterations": [1, 1, 2], "postIterations": 1\#(options)}"#
    let grid = [16, 8]
    let probe = try ModelProbe(json, grid: grid)
    let shape = probe.shape(grid)
    let field = ModelProbe.noise(shape)
    let expected = shifted(probe.output(field, shape), grid, by: shift)
    return worstDifference(probe.output(shifted(field, grid, by: shift), shape), expected).difference
  }

  @Test("periodic cycles of J levels commute with shifts by 2^(J−1) points, and with no smaller ones")
  func equivariance() throws {
    let periodic = #", "padding": "periodic""#
    #expect(try shiftError(periodic, by: 4) < roundOff)
    #expect(
      try shiftError(periodic + #", "restriction": "residual", "coarseStart": "zero""#, by: 4) < roundOff)
    for shift in [1, 2] { #expect(try shiftError(periodic, by: shift) > 1e-4) }
    // Zeros around the transposed convolutions, as the authors' code has, break it.
    #expect(try shiftError(periodic + #", "upPadding": "zero""#, by: 4) > 1e-4)
    #expect(try shiftError("", by: 4) > 1e-4)
  }

  @Test("reflected and periodic boundaries keep constants constant; zeros change the border only")
  func boundaries() throws {
    let grid = [14, 13]
    func spread(_ padding: String, inside margin: Int) throws -> Double {
      let json = Self.linear(#", "padding": "\#(padding)""#, iterations: "[3]", post: 0)
      let probe = try ModelProbe(json, grid: grid)
      let shape = probe.shape(grid)
      let y = probe.output(Array(repeating: 1, count: shape.count), shape)
      let inner = y.indices.filter {
        margin..<(grid[0] - margin) ~= $0 / grid[1] && margin..<(grid[1] - margin) ~= $0 % grid[1]
      }.map { y[$0] }
      return (inner.max() ?? 0) - (inner.min() ?? 0)
    }
    #expect(try spread("reflect", inside: 0) < roundOff)
    #expect(try spread("periodic", inside: 0) < roundOff)
    // Three iterations on one level are five convolutions in a row, each of which reaches one point further.
    #expect(try spread("zero", inside: 0) > 1e-4)
    #expect(try spread("zero", inside: 4) > 1e-8)
    #expect(try spread("zero", inside: 5) < roundOff)
  }

  @Test(
    "grids that are no powers of two need the right kernels",
    arguments: [
      Setting(grid: [64, 64], options: #", "iterations": [1, 1, 1, 1, 1, 2]"#),
      Setting(
        grid: [211, 211], options: #", "iterations": [1, 1, 1, 1, 1, 2], "upKernels": [3, 4, 3, 3, 4]"#),
      Setting(
        grid: [101, 101],
        options: #", "iterations": [1, 1, 1, 1, 2], "upKernels": [3, 4, 4, 3], "transferPadding": false"#),
    ])
  func sizes(_ s: Setting) throws {
    let built = try buildModel(
      #"{"type": "mgno", "width": 1, "layers": 1\#(s.options)}"#, inputs: 1, outputs: 1, grid: s.grid)
    let graph = Graph(precision: .float32)
    let output = built.model(graph.input(FieldShape(batch: 1, grid: s.grid, channels: 1)))
    #expect(output.shape.grid == s.grid)
  }

  @Test("grids that do not fit are refused, and the kernels that would fit are named")
  func refusals() throws {
    func remedy(_ grid: [Int], _ options: String = "") throws -> String? {
      let model = try buildModel(
        #"{"type": "mgno", "width": 1, "layers": 1\#(options)}"#, inputs: 1, outputs: 1, grid: [64, 64]
      ).model
      do {
        try model.validate(grid: grid)
      } catch let error as ModelError {
        #expect(error.key == "upKernels")
        return error.diagnostic.fix
      }
      Issue.record("\(grid) was accepted")
      return nil
    }
    #expect(try remedy([211, 211]) == "set model.upKernels to [3, 4, 3, 3, 4]")
    #expect(try remedy([64, 96 + 1])?.hasPrefix("use fewer levels") == true)
    #expect(try remedy([36, 36], #", "padding": "periodic""#)?.hasPrefix("use fewer levels") == true)
    let model = try buildModel(#"{"type": "mgno", "width": 1}"#, inputs: 1, outputs: 1, grid: [64, 64]).model
    let grids = [16, 8, 4, 2, 1].map { [$0, $0] }
    #expect(throws: ModelError.tooManyLevels(key: "iterations", levels: 6, grids: grids)) {
      try model.validate(grid: [16, 16])
    }
    let bound = try buildModel(
      #"{"type": "mgno", "width": 1, "iterations": [1, 1], "norm": "level"}"#, inputs: 1, outputs: 1,
      grid: [8]
    ).model
    #expect(throws: ModelError.normOfAnotherGrid(key: "norm", trained: [8], asked: [16])) {
      try bound.validate(grid: [16])
    }
  }

  @Test("post-iterations are given per pair of levels, and residuals need equal channels")
  func lists() {
    #expect(throws: (any Error).self) {
      try buildModel(
        #"{"type": "mgno", "iterations": [1, 1], "postIterations": [1, 1]}"#, inputs: 1, outputs: 1, grid: [8]
      )
    }
    #expect(throws: (any Error).self) {
      try buildModel(
        #"{"type": "mgno", "iterations": [1, 1], "residual": true}"#, inputs: 2, outputs: 1, grid: [8])
    }
  }
}
