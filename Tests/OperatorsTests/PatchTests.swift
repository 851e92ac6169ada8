import Autodiff
import Fields
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Patches") struct PatchTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    var grid: [Int]
    var levels: Int
    var padding: [Double]
    var testDescription: String { "\(grid), \(levels) levels, padding \(padding)" }

    func patches(_ outside: PatchGrid.Extension, _ boundary: GridAxis.Boundary = .periodic) -> PatchGrid {
      PatchGrid(
        grid: grid, levels: levels, padding: padding, extensions: grid.map { _ in outside },
        boundaries: grid.map { _ in boundary })
    }
  }

  static let settings = [
    Setting(grid: [8], levels: 1, padding: [0.25]), Setting(grid: [8, 8], levels: 0, padding: [0, 0]),
    Setting(grid: [8, 8], levels: 0, padding: [0.25, 0.125]),
    Setting(grid: [8, 12], levels: 1, padding: [0, 0]),
    Setting(grid: [8, 12], levels: 1, padding: [0.25, 0]),
    Setting(grid: [16, 8], levels: 2, padding: [0.125, 0.25]),
    Setting(grid: [4, 8, 4], levels: 1, padding: [0.25, 0.125, 0]),
  ]

  /// Values of a gather on the field that has its point's number as value, one sample, one channel.
  private func gathered(_ grid: [Int], _ body: (Variable) -> Variable) -> (
    values: [Double], shape: FieldShape
  ) {
    let graph = Graph(precision: .float64)
    let input = graph.input(FieldShape(batch: 1, grid: grid, channels: 1))
    let result = body(input)
    let program = Program(graph, results: [result])
    let frame = Frame(program, parameters: HostBuffer(count: 0, precision: .float64))
    let slice = program.values(of: input, in: frame)
    for i in 0..<slice.count { slice[i] = Double(i + 1) }
    program.forward(in: frame)
    let values = program.values(of: result, in: frame)
    return ((0..<values.count).map { values[$0] }, result.shape)
  }

  /// T11
  @Test("cut and put together again, or cropped out of their windows, are the field", arguments: settings)
  func identity(_ s: Setting) {
    let patches = s.patches(.circular)
    let expected = (0..<s.grid.reduce(1, *)).map { Double($0 + 1) }
    #expect(gathered(s.grid) { $0.gathered(patches.cuts).gathered(patches.stitching) }.values == expected)
    let windows = gathered(s.grid) {
      $0.gathered(patches.windows).cropped(origin: patches.origin, grid: patches.patch).channels(0..<1)
        .gathered(patches.stitching)
    }
    #expect(windows.values == expected)
  }

  /// T11: every number of every window, from its index alone.
  @Test("are seen in windows of the stated points", arguments: settings)
  func windows(_ s: Setting) {
    let patches = s.patches(.circular)
    let (values, shape) = gathered(s.grid) { $0.gathered(patches.windows) }
    #expect(shape.batch == 1 << (s.levels * s.grid.count) && shape.channels == s.levels + 1)
    #expect(shape.grid == patches.window)
    let perAxis = 1 << s.levels
    for (at, value) in values.enumerated() {
      let level = at % shape.channels
      var place = at / shape.channels % shape.points
      var patch = at / shape.channels / shape.points
      var (source, stride) = (0, 1)
      for axis in s.grid.indices.reversed() {
        let (n, w) = (s.grid[axis], shape.grid[axis])
        let (j, p) = (place % w, patch % perAxis)
        place /= w
        patch /= perAxis
        // The window's point j lies at the patch's centre (p + 1/2)·n/perAxis plus (j − w/2)·2^level, rounded down to a
        // point of the level's grid.
        let twice = (2 * p + 1) * (n / perAxis) + (2 * j - w) * (1 << level)
        let coarse = Int((Double(twice) / Double(2 << level)).rounded(.down))
        let fine = ((coarse << level) % n + n) % n
        source += fine * stride
        stride *= n
      }
      #expect(value == Double(source + 1))
    }
  }

  @Test("continue fields beyond walls as asked")
  func extensions() {
    let s = Setting(grid: [4], levels: 0, padding: [0.75])
    func values(_ outside: PatchGrid.Extension, _ boundary: GridAxis.Boundary) -> [Double] {
      gathered([4]) { $0.gathered(s.patches(outside, boundary).windows) }.values
    }
    #expect(values(.circular, .periodic) == [2, 3, 4, 1, 2, 3, 4, 1, 2, 3])
    #expect(values(.zero, .closed) == [0, 0, 0, 1, 2, 3, 4, 0, 0, 0])
    #expect(values(.odd, .closed) == [-4, -3, -2, 1, 2, 3, 4, -3, -2, -1])
    #expect(values(.even, .closed) == [4, 3, 2, 1, 2, 3, 4, 3, 2, 1])
    #expect(values(.odd, .cellCentred) == [-3, -2, -1, 1, 2, 3, 4, -4, -3, -2])
  }

  /// A field that vanishes at both walls continues without a kink: sin πx beyond 0 and 1 is sin πx.
  @Test("continue a field that vanishes at walls as the same function")
  func dirichlet() {
    let s = Setting(grid: [8], levels: 1, padding: [0.25])
    let patches = s.patches(.odd, .closed)
    let (windows, shape) = gathered([8]) { $0.gathered(patches.windows) }
    let sine = { (i: Int) in exactSineAndCosine(numerator: i, denominator: 14).sine }
    for p in 0..<2 {
      for j in 0..<8 {
        let number = windows[(p * 8 + j) * shape.channels]
        let source = Int(abs(number)) - 1
        let value = (number < 0 ? -1 : 1) * sine(source)
        #expect(abs(value - sine(4 * p - 2 + j)) < 1e-14)
      }
    }
  }
}

@Suite("The multi-grid network") struct MultiGridTests {
  private func json(_ more: String) -> String {
    #"{"type": "mg-tfno", "modes": 6, "width": 12, "layers": 4, "rank": 0.3, \#(more)}"#
  }

  @Test("with one patch and no margin is the network itself")
  func onePatch() throws {
    let grid = [12, 10]
    let multi = try ModelProbe(json(#""levels": 0, "patchPadding": 0"#), grid: grid)
    let plain = try ModelProbe(
      #"{"type": "tfno", "modes": 6, "width": 12, "layers": 4, "rank": 0.3}"#, grid: grid)
    let field = ModelProbe.noise(plain.shape(grid, batch: 2))
    expectClose(
      multi.output(field, multi.shape(grid, batch: 2)), plain.output(field, plain.shape(grid, batch: 2)),
      tolerance: 1e-13)
    let (a, b) = (multi.gradients(grid), plain.gradients(grid))
    for (name, gradient) in a { expectClose(gradient, try #require(b[name]), tolerance: 1e-11, name) }
  }

  @Test(
    "commutes with shifts by whole patches, without coordinates on a periodic domain",
    arguments: [#""levels": 1"#, #""levels": 1, "surroundings": "nested""#])
  func shifts(_ levels: String) throws {
    let grid = [16, 12]
    let probe = try ModelProbe(
      json(#"\#(levels), "patchPadding": 0.25, "embedding": "none""#), grid: grid)
    let field = ModelProbe.noise(probe.shape(grid))
    func moved(_ field: [Double], channels: Int) -> [Double] {
      (0..<field.count).map { at in
        let (place, c) = (at / channels, at % channels)
        let (x, y) = ((place / 12 + 8) % 16, (place % 12 + 6) % 12)
        return field[(x * 12 + y) * channels + c]
      }
    }
    expectClose(
      probe.output(moved(field, channels: 2), probe.shape(grid)),
      moved(probe.output(field, probe.shape(grid)), channels: 1), tolerance: 1e-12)
  }

  @Test(
    "nested networks have the gradients of their loss, on every kind of axis",
    arguments: [GridAxis.Boundary.periodic, .closed, .cellCentred])
  func nested(_ boundary: GridAxis.Boundary) throws {
    let grid = [16, 12]
    let text = json(
      #""levels": 2, "patchPadding": 0.1, "surroundings": "nested", "continuation": "mirrored""#)
    let probe = try ModelProbe(text, grid: grid, boundary: boundary)
    let gradients = probe.gradients(grid)
    // Away from the initial values, along one random direction of all parameters.
    let directions = Dictionary(
      uniqueKeysWithValues: probe.builder.parameters.map { parameter in
        let numbers = Philox(seed: 7, stream: parameter.name)
        return (parameter.name, (0..<parameter.count).map { numbers.normals(UInt64($0)).0 })
      })
    let shape = probe.shape(grid, batch: 2)
    let target = ModelProbe.noise(FieldShape(batch: 2, grid: grid, channels: 1), "target")
    func loss(_ step: Double) throws -> Double {
      for parameter in probe.builder.parameters {
        let direction = try #require(directions[parameter.name])
        for (i, place) in parameter.range.enumerated() { probe.values[place] += step * direction[i] }
      }
      DerivedWeights(probe.builder.derivations, precision: .float64, trains: false).compute(in: probe.values)
      let squares = zip(probe.output(ModelProbe.noise(shape), shape), target).map { ($0 - $1) * ($0 - $1) }
      return squares.reduce(0, +) / Double(grid[0] * grid[1])
    }
    let step = 1e-5
    let (right, left) = (try loss(step), try loss(-2 * step))
    let expected = try gradients.reduce(0) { sum, gradient in
      try sum + zip(gradient.value, #require(directions[gradient.key])).map(*).reduce(0, +)
    }
    let slope = (right - left) / (2 * step)
    #expect(abs(slope - expected) < 1e-6 * abs(expected), "\(slope) instead of \(expected)")
    #expect(
      Set(gradients.keys).isSuperset(of: ["coarser.2.lifting.first.bias", "coarser.1.lifting.first.bias"]))
    for (name, gradient) in gradients { #expect(gradient.contains { $0 != 0 }, "\(name)") }
  }

  /// The pairs that MGTFNO.md compares: networks on the whole of every second point and on windows, against one on all.
  @Test(
    "needs the memory of one window with nested networks too",
    arguments: [
      (12, 0.2, 12, 0.093, 0.03125, 4, 0.42), (32, 0.1, 20, 0.12, 0.03125, 4, 0.41),
      (12, 0.2, 12, 0.093, 0.0625, 2, 0.47),
    ])
  func nestedMemory(
    _ whole: Int, wholeRank: Double, _ modes: Int, rank: Double, padding: Double, features: Int, most: Double
  ) throws {
    let grid = [64, 64]
    let full = try bytes(
      #"{"type": "tfno", "modes": \#(whole), "width": 24, "rank": \#(wholeRank), "embedding": "none"}"#, grid)
    let one = try bytes(
      #"{"type": "mg-tfno", "modes": \#(modes), "width": 24, "rank": \#(rank), "levels": 1, "#
        + #""patchPadding": \#(padding), "surroundings": "nested", "features": \#(features), "embedding": "none"}"#,
      grid)
    print("nested, \(modes) modes: \(Double(one) / Double(full)) of the whole domain's bytes, \(whole) modes")
    #expect(Double(one) < most * Double(full))
  }

  /// Bytes of the training program of one sample, activations alone: the arrays that are planned.
  private func bytes(_ json: String, _ grid: [Int]) throws -> Int {
    let built = try buildModel(json, inputs: 1, outputs: 1, grid: grid)
    let graph = Graph(precision: .float32)
    let input = graph.input(FieldShape(batch: 1, grid: grid, channels: 1))
    let result = built.model(input)
    let target = graph.input(result.shape)
    return Program(graph, results: [], loss: result.meanSquaredError(to: target)).byteCount
  }

  /// The last two networks are those of the recipes that are compared; more modes are more that does not shrink with the window.
  @Test(
    "needs the memory of one window",
    arguments: [
      (#""modes": 6, "width": 24, "rank": 0.3"#, 0.046875, 0.42, 0.2),
      (#""modes": 6, "width": 24, "rank": 0.3"#, 0.0625, 0.46, 0.2),
      (#""modes": 16, "width": 24, "rank": 0.2"#, 0.0625, 0.49, 0.24),
      (#""modes": 12, "width": 24, "rank": 0.2"#, 0.046875, 0.45, 0.24),
    ])
  func memory(_ network: String, padding: Double, oneLevel: Double, twoLevels: Double) throws {
    let grid = [64, 64]
    let full = try bytes(#"{"type": "tfno", \#(network)}"#, grid)
    let one = try bytes(#"{"type": "mg-tfno", \#(network), "levels": 1, "patchPadding": \#(padding)}"#, grid)
    let two = try bytes(#"{"type": "mg-tfno", \#(network), "levels": 2, "patchPadding": 0.03125}"#, grid)
    print("bytes of a sample: \(full) whole, \(one) with one level, \(two) with two")
    // (1/2 + 2p)² and (1/4 + 2/32)² = 0.098 of the domain, and the windows of all patches.
    #expect(Double(one) < oneLevel * Double(full))
    #expect(Double(two) < twoLevels * Double(full))
  }

  /// The networks that MGTFNO.md compares with the whole domain's of 12 modes.
  @Test(
    "needs half of the memory with mirrored windows of twice the modes, whose arrays do not shrink",
    arguments: [
      (24, 0.07, 0.03125, 0.5), (24, 0.2, 0.03125, 0.51), (24, 0.2, 0.046875, 0.55), (20, 0.2, 0.03125, 0.46),
    ])
  func mirroredMemory(_ modes: Int, rank: Double, padding: Double, most: Double) throws {
    let grid = [64, 64]
    let full = try bytes(#"{"type": "tfno", "modes": 12, "width": 24, "rank": 0.2}"#, grid)
    let one = try bytes(
      #"{"type": "mg-tfno", "modes": \#(modes), "width": 24, "rank": \#(rank), "levels": 1, "#
        + #""patchPadding": \#(padding), "continuation": "mirrored"}"#, grid)
    print(
      "of the whole domain's bytes: \(Double(one) / Double(full)) with \(modes) modes, rank \(rank), \(padding)"
    )
    #expect(Double(one) < most * Double(full))
  }

  @Test("refuses grids that its patches do not divide")
  func refusal() {
    #expect(throws: (any Error).self) { try ModelProbe(json(#""levels": 2"#), grid: [32, 30]) }
  }
}
