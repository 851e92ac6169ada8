import Autodiff
import Configuration
import Datasets
import Evaluation
import Fields
import Foundation
import Layers
import Tensors
import Testing
import Training

@Suite("Resolution study") struct ResolutionStudyTests {
  /// Maps written down instead of learned, whose behaviour under refinement is known.
  private struct Stencil: OperatorModel {
    static let card = ModelCard(
      identifier: "stencil", title: "", citation: "", dimensions: 1...1, smokeConfiguration: "{}")
    struct Configuration: ModelConfiguration {
      init(from reader: ConfigReader) throws {}
    }
    /// Of y_j = a·u_j + b·u_{j+1}.
    var here = 1.0
    var next = 0.0

    init(here: Double, next: Double) { (self.here, self.next) = (here, next) }
    init(_: Configuration, signature: OperatorSignature, builder: ParameterBuilder) throws {}
    func validate(grid: [Int]) throws {}

    func callAsFunction(_ x: Variable) -> Variable {
      // The samples vanish at both ends, so that zeros continue them.
      let shifted = x.padded(before: [0], after: [1]).cropped(origin: [1], grid: x.shape.grid)
      return .combination(here, x, next, shifted)
    }
  }

  /// A smooth function that vanishes at both ends of 128 periodic points, as input and as truth.
  private static func packet(sample: Int, place: Int) -> (input: Double, truth: Double) {
    let x = Double(place) / 128
    let value = pow(sin(.pi * x), 4) * cos(2 * .pi * Double(sample) * x)
    return (value, value)
  }

  /// A model on functions given point by point, thinned to `strides`.
  private func study(
    _ model: Stencil, strides: [Int], points: Int = 128, boundary: GridAxis.Boundary = .periodic,
    functions: (_ sample: Int, _ place: Int) -> (input: Double, truth: Double) = ResolutionStudyTests.packet
  ) throws -> ResolutionStudy {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("opkit-\(UUID().uuidString).h5")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let intervals = Double(boundary == .closed ? points - 1 : points)
    let x = (0..<points).map { Double($0) / intervals }
    let layout = SampleLayout(
      axes: [GridAxis(name: "x", coordinates: x, boundary: boundary)],
      fields: [.init(name: "a", longName: "input"), .init(name: "u", longName: "output")])
    let writer = try DatasetWriter(
      path: path, layout: layout, mapping: .steady(inputs: ["a"], outputs: ["u"]), sampleCount: 3)
    for sample in 1...3 {
      let values = (0..<points).map { functions(sample, $0) }
      try writer.append(SolvedSample(fields: [values.map(\.input), values.map(\.truth)], quality: [:]))
    }
    try writer.finish()
    let file = try DatasetFile(path: path)
    let readers = try strides.map { stride in
      try SampleReader(
        file, mapping: .steady(inputs: ["a"], outputs: ["u"]), options: ReadingOptions(stride: stride),
        precision: .float64)
    }
    let task = OperatorTask(
      model: model, derivations: [], signature: readers[0].signature, inputNormalizer: .identity(channels: 1),
      outputNormalizer: .identity(channels: 1))
    let pool = WorkerPool(workerCount: 1)
    let predictor = Predictor(task, parameters: HostBuffer(count: 0, precision: .float64), pool: pool)
    return try ResolutionStudy(predictor, readers, samples: 0..<3, pool: pool)
  }

  @Test("a pointwise map is the same operator on every grid")
  func pointwise() throws {
    let study = try study(Stencil(here: 1.5, next: 0), strides: [1, 2, 4])
    #expect(study.rows.map(\.grid) == [[32], [64], [128]])
    #expect(study.isResolutionIndependent && study.isConvergent && study.isFlat)
    #expect(study.rows.allSatisfy { abs(($0.metrics.first?.summary.mean ?? 0) - 0.5) < 1e-12 })
    #expect(study.rows[2].commutator == nil && study.rows[0].distance == 0)
  }

  @Test(
    "a shift by one point converges with order one, and its error is not flat",
    arguments: [[1, 2, 4], [1, 4, 8]])
  func shift(strides: [Int]) throws {
    let study = try study(Stencil(here: 0, next: 1), strides: strides)
    #expect(abs((study.order ?? 0) - 1) < 0.1)
    #expect(study.isConvergent && !study.isFlat && !study.isResolutionIndependent)
  }

  /// Spacings halve from grid to grid, numbers of points do not: with these the order would be 1.13.
  @Test("on an axis with both ends a shift by one point converges with order one too")
  func closed() throws {
    let study = try study(
      Stencil(here: 0, next: 1), strides: [1, 2, 4], points: 33, boundary: .closed
    ) { sample, place in
      let value = Double(sample) * pow(sin(.pi * Double(place) / 32), 2)
      return (value, value)
    }
    #expect(study.rows.map(\.grid) == [[9], [17], [33]])
    #expect(study.rows.map(\.spacing) == [0.125, 0.0625, 0.03125])
    #expect(abs((study.order ?? 0) - 1) < 0.02)
    #expect(study.isConvergent)
  }

  @Test("errors that are zero on all grids are flat, but not one that is zero on one grid alone")
  func zeroError() throws {
    let exact = try study(Stencil(here: 1, next: 0), strides: [1, 2])
    #expect(exact.errorRatio == 1 && exact.isFlat)
    let sometimes = try study(Stencil(here: 1, next: 0), strides: [1, 2, 4]) { sample, place in
      let value = ResolutionStudyTests.packet(sample: sample, place: place).input
      return (value, place % 4 == 0 ? value : value + 1)
    }
    #expect(sometimes.rows[0].metrics.first?.summary.mean == 0)
    #expect(sometimes.errorRatio == .infinity && !sometimes.isFlat)
  }

  @Test("predictions that are no numbers are neither flat nor convergent")
  func notANumber() throws {
    let study = try study(Stencil(here: .nan, next: 0), strides: [1, 2, 4])
    #expect(study.errorRatio == .infinity && !study.isFlat)
    #expect(study.order == nil && !study.isConvergent)
  }

  @Test("a difference that forgets the spacing does not converge")
  func difference() throws {
    let study = try study(Stencil(here: -1, next: 1), strides: [1, 2, 4, 8])
    #expect(!study.isConvergent)
    #expect(study.rows.dropLast().allSatisfy { ($0.commutator ?? 0) > 0.5 })
  }
}
