import Autodiff
import Configuration
import Diagnostics
import Fields
import Layers
import Operators
import Testing

/// Settings that the network would leave without effect, or that no grid of its layers can carry.
@Suite("Settings that do not fit") struct ModelRefusalTests {
  /// A model for one input and one output field, whose errors are its own: without the place in a file.
  @discardableResult
  private func build<Model: OperatorModel>(
    _ type: Model.Type, _ settings: String, grid: [Int]
  ) throws -> Model {
    let reader = ConfigReader(try ConfigDocument.parse(settings, source: "test.json"))
    let configuration = try Model.Configuration(from: reader)
    try reader.finish()
    let signature = OperatorSignature(inputChannels: 1, outputChannels: 1, axes: unitAxes(grid))
    let model = try Model(configuration, signature: signature, builder: ParameterBuilder())
    try model.validate(grid: grid)
    return model
  }

  @Test("modes are those of every layer's grid, not of the first one's alone")
  func layers() throws {
    func scaled(_ modes: Int, _ scaling: String) throws {
      try build(FNO.self, #"{"modes": \#(modes), "width": 4, "scaling": \#(scaling)}"#, grid: [16])
    }
    #expect(
      throws: ModelError.modesExceedLayer(key: "modes[0]", layer: 0, modes: 16, points: 4, most: 4)
    ) { try scaled(16, "[0.25, 1, 4, 1]") }
    #expect(throws: ModelError.modesExceedLayer(key: "modes[0]", layer: 1, modes: 9, points: 8, most: 8)) {
      try scaled(9, "[2, 0.25, 1, 2]")
    }
    try scaled(4, "[0.25, 1, 4, 1]")
    try scaled(16, "[2, 1, 0.5, 1]")
    #expect(
      throws: ModelError.modesExceedGrid(axis: 0, modes: 17, points: 16, most: 16, least: 17)
    ) { try scaled(17, "[1]") }
    #expect(throws: ModelError.modesExceedLayer(key: "modes[0]", layer: 0, modes: 4, points: 4, most: 3)) {
      try build(UNO.self, #"{"width": 4, "modes": [4, 2, 2, 2, 4]}"#, grid: [8])
    }
  }

  @Test("a mirrored continuation needs an axis that is not periodic, and layers on one grid")
  func mirroring() throws {
    func build(_ more: String, _ boundary: GridAxis.Boundary) throws {
      _ = try buildModel(
        #"{"type": "fno", "modes": 6, "width": 4, "continuation": "mirrored"\#(more)}"#, inputs: 1,
        outputs: 1,
        grid: [4, 6], boundary: boundary)
    }
    try build("", .closed)
    #expect(throws: (any Error).self) { try build("", .periodic) }
    #expect(throws: (any Error).self) { try build(#", "scaling": [2, 0.5, 1, 1]"#, .cellCentred) }
    #expect(throws: (any Error).self) { try build(#", "shiftsOddAxes": true"#, .closed) }
  }

  static let coarse = [
    #"{"type": "fno", "modes": 12, "width": 4, "padding": 0.1}"#,
    #"{"type": "fno", "modes": 8, "width": 4, "scaling": [0.5, 1, 2, 1]}"#,
    #"{"type": "fno-original", "modes": 8, "width": 4}"#,
    #"{"type": "tfno", "modes": 12, "width": 4, "joint": true}"#,
    #"{"type": "mg-tfno", "modes": 12, "width": 4}"#,
    #"{"type": "local-no", "modes": 12, "width": 4, "radius": 0.4}"#,
    #"{"type": "uno", "modes": [4, 2, 2, 2, 4], "width": 4}"#,
    #"{"type": "codano", "modes": 12, "width": 4, "layers": 1}"#,
    #"{"type": "oformer", "modes": 12, "width": 8, "heads": 2}"#,
  ]

  @Test("a model of many modes is not built for a coarse grid, but applied on one", arguments: coarse)
  func application(_ json: String) throws {
    let (trained, few) = ([16, 16], [8, 8])
    #expect(throws: (any Error).self) { try ModelProbe(json, inputs: 1, grid: few) }
    let built = try buildModel(json, inputs: 1, outputs: 1, grid: trained)
    try built.model.validate(grid: few)
    let probe = try ModelProbe(json, inputs: 1, grid: trained)
    let output = probe.output(ModelProbe.noise(probe.shape(few)), probe.shape(few))
    #expect(output.count == 64 && output.allSatisfy(\.isFinite))
  }

  /// A patch of 48 points has 24, its margin three on either side.
  @Test("the window of a patch has too few points for the modes, and the data's own are named")
  func windows() throws {
    let settings = { (modes: Int) in
      #"{"modes": \#(modes), "width": 4, "layers": 1, "levels": 1, "patchPadding": 0.0625}"#
    }
    #expect(
      throws: ModelError.modesExceedWindow(axis: 0, modes: 32, points: 48, most: 30, least: 52)
    ) { try build(MGTFNO.self, settings(32), grid: [48]) }
    try build(MGTFNO.self, settings(30), grid: [48])
    try build(MGTFNO.self, settings(32), grid: [52])
    #expect(throws: ModelError.self) { try build(MGTFNO.self, settings(32), grid: [50]) }
    #expect(throws: ModelError.patchesDoNotDivide(axis: 0, points: 47, patches: 2)) {
      try build(MGTFNO.self, settings(32), grid: [47])
    }
    // No point would be left on the coarsest grid.
    #expect(throws: ModelError.patchesDoNotDivide(axis: 0, points: 2, patches: 4)) {
      try build(
        MGTFNO.self, #"{"modes": 1, "width": 4, "levels": 2, "surroundings": "nested"}"#, grid: [2])
    }
  }

  @Test("what linear attention normalises is refused for others")
  func idleAttentionNorm() throws {
    let settings = #""width": 8, "heads": 2, "modes": 3, "attentionNorm": "domain""#
    try build(OFormer.self, "{\(settings)}", grid: [8, 8])
    #expect(throws: Diagnostic.self) {
      try build(OFormer.self, #"{\#(settings), "attention": "nala"}"#, grid: [8, 8])
    }
  }

  @Test("more channels than any memory holds are refused or counted, and overflow nothing")
  func sizes() throws {
    for multipliers in [
      "[16, 16, 16, 16, 16, 16, 16]", "[\(Array(repeating: "1", count: 65).joined(separator: ","))]",
    ] {
      #expect(throws: Diagnostic.self) {
        try build(UNet.self, #"{"multipliers": \#(multipliers)}"#, grid: [16, 16])
      }
    }
    let builder = ParameterBuilder()
    for name in ["a", "b"] {
      let vast = builder.parameter(name, shape: [1 << 40, 1 << 40], initial: .zeros)
      #expect(vast.count > 1 << 50)
    }
    #expect(builder.memoryCount > 1 << 50 && builder.parameterCount > builder.memoryCount)
  }

  /// Extents 4, 4, 4, 3: width twice, and the modes of both axes.
  private func factorised(_ more: String) throws {
    try build(TFNO.self, #"{"modes": 4, "width": 4, "layers": 1, \#(more)}"#, grid: [8, 8])
  }

  @Test("axes are kept by Tucker's ranks by fraction, and by nothing else")
  func fixedAxes() throws {
    for form in ["cp", "tt"] {
      #expect(throws: ModelError.fixedAxesOfForm(form)) {
        try factorised(#""factorization": "\#(form)", "fixedAxes": [0]"#)
      }
    }
    #expect(throws: ModelError.fixedAxesBesideRanks) {
      try factorised(#""ranks": [2, 2, 2, 2], "fixedAxes": [0]"#)
    }
    #expect(throws: ModelError.noSuchAxis(key: "fixedAxes[1]", axis: 4, axes: 4)) {
      try factorised(#""fixedAxes": [0, 4]"#)
    }
    try factorised(#""fixedAxes": [0, 3]"#)
  }

  @Test("ranks beyond those that can be any weight are refused")
  func ranks() throws {
    #expect(throws: ModelError.rankExceedsWeight(index: 3, rank: 4, most: 3)) {
      try factorised(#""ranks": [4, 4, 4, 4]"#)
    }
    try factorised(#""ranks": [4, 4, 4, 3]"#)
    #expect(throws: ModelError.rankExceedsWeight(index: 0, rank: 49, most: 48)) {
      try factorised(#""factorization": "cp", "ranks": [49]"#)
    }
    try factorised(#""factorization": "cp", "ranks": [48]"#)
    // The bond in the middle has 12 numbers on its right; at the ends TensorLy's rule gives 5 and 4.
    #expect(throws: ModelError.rankExceedsWeight(index: 1, rank: 13, most: 12)) {
      try factorised(#""factorization": "tt", "ranks": [5, 13, 4]"#)
    }
    try factorised(#""factorization": "tt", "ranks": [5, 12, 4]"#)
    #expect(throws: ModelError.rankExceedsWeight(index: 0, rank: 65_536, most: 5)) {
      try factorised(#""factorization": "tt", "ranks": [65536, 1, 1]"#)
    }
    #expect(throws: ModelError.rankCount(form: "cp", count: 2, needed: 1)) {
      try factorised(#""factorization": "cp", "ranks": [2, 2]"#)
    }
  }

  @Test("an axis without modes beside others with some is refused")
  func modesOnSomeAxes() throws {
    func transformer(_ modes: String) throws {
      try build(OFormer.self, #"{"width": 8, "heads": 2, "modes": \#(modes)}"#, grid: [16, 16])
    }
    #expect(throws: ModelError.modesOnSomeAxes(axis: 1)) { try transformer("[4, 0]") }
    try transformer("[0, 0]")
    try transformer("0")
    try transformer("[4, 4]")
  }

  @Test("heads have a pair of channels for each axis that position turns")
  func heads() throws {
    let grid = [16, 16]
    func transformer(_ more: String) throws {
      try build(OFormer.self, #"{"width": 8, "modes": 4, \#(more)}"#, grid: grid)
    }
    #expect(throws: ModelError.narrowHead(key: "headWidth", width: 2, axes: 2)) {
      try transformer(#""headWidth": 2"#)
    }
    #expect(throws: ModelError.narrowHead(key: "heads", width: 2, axes: 2)) {
      try transformer(#""heads": 4"#)
    }
    #expect(throws: ModelError.oddHead(key: "headWidth", width: 3)) { try transformer(#""headWidth": 3"#) }
    try transformer(#""headWidth": 4"#)
    try transformer(#""headWidth": 2, "rotaryFrequency": 0"#)
    func vision(_ heads: Int, _ position: String) throws {
      try build(
        ViT.self, #"{"patches": 4, "knots": 2, "width": 8, "heads": \#(heads), "position": "\#(position)"}"#,
        grid: grid)
    }
    #expect(throws: ModelError.narrowHead(key: "heads", width: 2, axes: 2)) { try vision(4, "rotary") }
    try vision(2, "rotary")
    try vision(4, "fourier")
  }

  @Test("norms are of blocks that exist")
  func blocks() throws {
    func network(_ norms: String) throws {
      try build(UNO.self, #"{"width": 4, "modes": [4, 2, 2, 2, 4], "norms": \#(norms)}"#, grid: [16])
    }
    #expect(throws: ModelError.noSuchBlock(key: "norms[0]", block: 9, blocks: 5)) { try network("[9]") }
    #expect(throws: ModelError.noSuchBlock(key: "norms[1]", block: 5, blocks: 5)) { try network("[0, 5]") }
    try network("[0, 4]")
  }

  static let errors: [ModelError] = [
    .modesExceedLayer(key: "modes[0]", layer: 1, modes: 9, points: 8, most: 8),
    .modesExceedWindow(axis: 0, modes: 32, points: 48, most: 30, least: 52), .modesOnSomeAxes(axis: 1),
    .fixedAxesOfForm("cp"), .fixedAxesBesideRanks, .rankExceedsWeight(index: 3, rank: 4, most: 3),
    .narrowHead(key: "heads", width: 2, axes: 2), .noSuchBlock(key: "norms[0]", block: 9, blocks: 5),
  ]

  @Test("their messages name the setting, the reason and a way out", arguments: errors)
  func messages(_ error: ModelError) {
    let message = error.diagnostic
    #expect(message.location == "model.\(error.key)" && message.exitCode == .usage)
    #expect(message.reason?.isEmpty == false && message.fix?.isEmpty == false)
  }
}
