import Autodiff
import Configuration
import Datasets
import Fields
import Interchange
import Layers
import Operators
import Tensors
import TestSupport
import Testing

/// Single precision on both sides; the reference's own distance from exact arithmetic is 1e-7 to 6e-7.
private let outputTolerance = 2e-6
/// Of the largest number of each parameter's gradient, where both sides are off by their own rounding: that of the reference
/// by at most 2.7e-6, ours by at most 6.9e-6.
private let gradientTolerance = 1e-5

@Suite("Parity with neuraloperator 2.0.0") struct NeuraloperatorParityTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var inputs: Int
    var outputs: Int
    var train: [Int]
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "fno1d", inputs: 1, outputs: 1, train: [32]),
    Case(name: "fno2d", inputs: 2, outputs: 3, train: [16, 12]),
    Case(name: "fno2d_groupnorm_padding", inputs: 2, outputs: 3, train: [16, 12]),
    Case(name: "fno2d_options", inputs: 2, outputs: 3, train: [16, 12]),
    Case(name: "fno3d", inputs: 1, outputs: 2, train: [8, 10, 6]),
    Case(name: "tfno2d_tucker", inputs: 2, outputs: 3, train: [16, 12]),
    Case(name: "tfno2d_cp", inputs: 2, outputs: 3, train: [16, 12]),
    Case(name: "tfno2d_tt", inputs: 2, outputs: 3, train: [16, 12]),
  ]

  /// A converted model with its weights.
  private struct Converted {
    var model: any OperatorModel
    var builder: ParameterBuilder
    var layout: NeuraloperatorLayout
    var values: HostBuffer

    init(_ state: StateDict, _ c: Case, precision: Precision, shiftsOddAxes: Bool = false) throws {
      let description = try NeuraloperatorModel(state)
      #expect(description.inputChannels == c.inputs && description.outputChannels == c.outputs)
      guard case .object(var members) = description.configuration else {
        throw Missing(name: "configuration")
      }
      members.append(.init(key: "shiftsOddAxes", value: .bool(shiftsOddAxes)))
      let built = try buildModel(
        JSONValue.object(members).serialized(indent: nil), inputs: c.inputs, outputs: c.outputs, grid: c.train
      )
      (model, builder, layout) = (built.model, built.builder, description.layout)
      values = HostBuffer(count: builder.memoryCount, precision: precision)
      try layout.read(state, parameters: builder.parameters, into: values)
    }
  }

  private static func state(_ name: String) throws -> StateDict? {
    try VerificationData.path("neuralop-parity/\(name).safetensors").map { try StateDict(path: $0) }
  }

  @Test("in outputs, losses and gradients", arguments: cases, Precision.allCases)
  func parity(_ c: Case, precision: Precision) throws {
    guard let reference = VerificationData.path("neuralop-parity/\(c.name).h5"),
      let state = try NeuraloperatorParityTests.state(c.name)
    else { return }
    let file = try DatasetFile(path: reference)
    let converted = try Converted(state, c, precision: precision)
    let derived = DerivedWeights(converted.builder.derivations, precision: precision, trains: true)
    derived.compute(in: converted.values)
    let gradients = HostBuffer(count: converted.values.count, precision: precision)

    let run = try Run(
      converted.model, file, group: "train", c, values: converted.values, gradients: gradients)
    derived.pullBack(values: converted.values, gradients: gradients)
    expectClose(run.output, try file.numbers("train/output"), tolerance: outputTolerance, "output")
    expectClose(run.losses, try file.numbers("train/loss_per_sample"), tolerance: 1e-6, "loss")
    expectClose(
      run.foreignLosses[0], try file.numbers("train/neuralop_lploss_rel_sum"), tolerance: 1e-6, "LpLoss")
    expectClose(
      run.foreignLosses[1], try file.numbers("train/neuralop_h1loss_rel_sum"), tolerance: 1e-6, "H1Loss")
    let places = try converted.builder.parameters.map { try #require(converted.layout.place(of: $0)) }
    let stored = try places.map { place in
      let numbers = try file.numbers("grad/\(place.name)")
      return place.indices.map { numbers[$0] }
    }
    let largest = stored.joined().reduce(0) { max($0, abs($1)) }
    for (parameter, expected) in zip(converted.builder.parameters, stored) {
      let actual = parameter.range.map { gradients[$0] }
      let own = expected.reduce(0) { max($0, abs($1)) }
      if own < 1e-6 * largest {
        // Biases that a norm takes out again: zero but for rounding, there and here.
        #expect(actual.allSatisfy { abs($0) < 1e-6 * largest }, "gradient of \(parameter.name)")
      } else {
        expectClose(
          actual, expected, tolerance: gradientTolerance, "gradient of \(parameter.name)")
      }
    }
    for (group, name) in [
      ("superres", "output"), ("odd", c.train.count == 1 ? "output" : "output_f64_fixed_shift"),
      ("coarse", "output"),
    ] where file["\(group)/input"] != nil {
      let run = try Run(converted.model, file, group: group, c, values: converted.values, gradients: nil)
      expectClose(run.output, try file.numbers("\(group)/\(name)"), tolerance: outputTolerance, group)
    }
  }

  /// The stored gradients are single precision too. Ours in double precision says how far either is off.
  @Test("in the rounding of gradients, on any instruction set", arguments: cases, KernelSet.supported)
  func rounding(_ c: Case, set: KernelSet) throws {
    guard let reference = VerificationData.path("neuralop-parity/\(c.name).h5"),
      let state = try NeuraloperatorParityTests.state(c.name)
    else { return }
    let file = try DatasetFile(path: reference)
    func gradients(_ precision: Precision) throws -> (converted: Converted, gradients: HostBuffer) {
      let converted = try Converted(state, c, precision: precision)
      let derived = DerivedWeights(converted.builder.derivations, precision: precision, trains: true)
      derived.compute(in: converted.values)
      let gradients = HostBuffer(count: converted.values.count, precision: precision)
      _ = try Run(
        converted.model, file, group: "train", c, values: converted.values, gradients: gradients, set: set)
      derived.pullBack(values: converted.values, gradients: gradients)
      return (converted, gradients)
    }
    let (single, double) = try (gradients(.float32), gradients(.float64))
    let parameters = double.converted.builder.parameters
    let largest = parameters.reduce(0) { max($0, $1.range.reduce(0) { max($0, abs(double.gradients[$1])) }) }
    for parameter in parameters {
      let exact = parameter.range.map { double.gradients[$0] }
      let own = exact.reduce(0) { max($0, abs($1)) }
      if own < 1e-6 * largest { continue }
      let place = try #require(double.converted.layout.place(of: parameter))
      let stored = try file.numbers("grad/\(place.name)")
      for (name, values) in [
        ("ours", parameter.range.map { single.gradients[$0] }),
        ("the reference's", place.indices.map { stored[$0] }),
      ] {
        expectClose(values, exact, tolerance: gradientTolerance, "\(name) of \(parameter.name)")
      }
    }
  }

  @Test("in the shifted frequencies of odd grids, where they are asked for")
  func oddGrids() throws {
    let c = NeuraloperatorParityTests.cases[1]
    guard let reference = VerificationData.path("neuralop-parity/\(c.name).h5"),
      let state = try NeuraloperatorParityTests.state(c.name)
    else { return }
    let file = try DatasetFile(path: reference)
    let converted = try Converted(state, c, precision: .float64, shiftsOddAxes: true)
    let run = try Run(converted.model, file, group: "odd", c, values: converted.values, gradients: nil)
    expectClose(run.output, try file.numbers("odd/output_f64"), tolerance: 1e-10, "odd")
  }

  @Test("in what torch's own files say", arguments: cases)
  func containers(_ c: Case) throws {
    guard let torch = VerificationData.path("neuralop-parity/\(c.name)_state_dict.pt"),
      let metadata = VerificationData.path("neuralop-parity/\(c.name)_metadata.pkl"),
      let state = try NeuraloperatorParityTests.state(c.name)
    else { return }
    let pickled = try StateDict(path: torch)
    #expect(pickled.tensors == state.tensors)
    let settings = try #require(try TorchFile(path: metadata).settings())
    var described = state
    described.settings = settings
    let (a, b) = (try NeuraloperatorModel(described), try NeuraloperatorModel(state))
    #expect(a.configuration == b.configuration)
    let converted = try Converted(state, c, precision: .float32)
    #expect(converted.layout.tensors(converted.builder.parameters, values: converted.values) == state.tensors)
  }

  @Test("in plain dictionaries and native complex numbers")
  func variants() throws {
    guard let state = try NeuraloperatorParityTests.state("fno1d"),
      let plain = VerificationData.path("neuralop-parity/fno1d_plain.pt"),
      let native = VerificationData.path("neuralop-parity/fno1d_c64.safetensors"),
      let legacy = VerificationData.path("neuralop-parity/fno1d_legacy.pt")
    else { return }
    #expect(try StateDict(path: plain).tensors == state.tensors)
    #expect(try StateDict(path: native).tensors == state.tensors)
    #expect(throws: InterchangeError.legacyTorch(path: legacy)) { try StateDict(path: legacy) }
  }

  /// One application of the model to a stored input, with loss and gradients where there is a target.
  private struct Run {
    var output: [Double]
    var losses: [Double] = []
    /// The library's own relative L2 and H1 losses, summed over the batch.
    var foreignLosses: [[Double]] = []

    init(
      _ model: any OperatorModel, _ file: DatasetFile, group: String, _ c: Case, values: HostBuffer,
      gradients: HostBuffer?, set: KernelSet = .active
    ) throws {
      guard let variable = file["\(group)/input"] else { throw Missing(name: "\(group)/input") }
      let grid = Array(variable.shape.dropFirst(2))
      let batch = variable.shape[0]
      let points = grid.reduce(1, *)
      let graph = Graph(precision: values.precision)
      let input = graph.input(FieldShape(batch: batch, grid: grid, channels: c.inputs))
      let prediction = model(input)
      var target: Variable?
      var loss: Variable?
      var foreign: [Variable] = []
      if gradients != nil {
        let t = graph.input(prediction.shape)
        target = t
        loss = prediction.relativeNorm(to: t, operators: [IdentityOperator(points: points)], epsilon: 0)
        let identity: any FieldOperator = IdentityOperator(points: points)
        let slopes: [any FieldOperator] = grid.indices.map {
          DifferenceQuotient(grid: grid, axis: $0, spacing: 1 / Double(grid[$0]), isPeriodic: true)
        }
        foreign = [[identity], [identity] + slopes].map {
          prediction.relativeNorm(to: t, operators: $0, epsilon: 1e-8, perChannel: true)
        }
      }
      let program = Program(graph, results: [prediction] + (loss.map { [$0] } ?? []) + foreign, loss: loss)
      let frame = Frame(program, parameters: values, gradients: gradients, kernelSet: set)
      Run.write(
        try file.numbers("\(group)/input"), c.inputs, points, to: program.values(of: input, in: frame))
      if let target {
        Run.write(
          try file.numbers("\(group)/target"), c.outputs, points, to: program.values(of: target, in: frame))
      }
      program.forward(in: frame)
      let y = program.values(of: prediction, in: frame)
      output = []
      for b in 0..<batch {
        for channel in 0..<c.outputs {
          for p in 0..<points { output.append(y[(b * points + p) * c.outputs + channel]) }
        }
      }
      foreignLosses = foreign.map { variable in
        let l = program.values(of: variable, in: frame)
        return [(0..<batch).reduce(0) { $0 + l[$1] }]
      }
      if let loss {
        let l = program.values(of: loss, in: frame)
        losses = (0..<batch).map { l[$0] }
        program.backward(in: frame, scale: 1)
      }
    }

    /// `[B, C, N…]` to channels last.
    private static func write(_ numbers: [Double], _ channels: Int, _ points: Int, to slice: Slice) {
      for (i, value) in numbers.enumerated() {
        let (sample, rest) = (i / (channels * points), i % (channels * points))
        slice[(sample * points + rest % points) * channels + rest / points] = value
      }
    }
  }
}

struct Missing: Error { var name: String }

extension DatasetFile {
  func numbers(_ name: String) throws -> [Double] {
    guard let variable = self[name] else { throw Missing(name: name) }
    return try values(of: variable)
  }
}
