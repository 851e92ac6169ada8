import Configuration
import Datasets
import Diagnostics
import Tensors
import TestSupport
import Testing

@Suite("Normalisers")
struct NormalizerTests {
  /// Rounding of one pass over some thousand Doubles.
  static let doubleTolerance = 1e-12
  /// One rounding to Float there and one back.
  static let floatTolerance = 1e-6

  private static let grid = [3, 5]
  private static let samples = 40

  /// Deterministic values with a chosen offset, `[sample][x][y][channel]`.
  private static func data(_ precision: Precision, channels: Int, offset: Double) -> HostBuffer {
    let buffer = HostBuffer(count: samples * 15 * channels, precision: precision)
    let generator = Philox(seed: 3, stream: "test")
    for i in 0..<buffer.count {
      buffer[i] = offset + generator.normals(UInt64(i)).0 * Double(1 + i % channels)
    }
    return buffer
  }

  /// Mean and unbiased deviation of every k-th value, in two passes.
  private static func twoPass(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let origin = values[0]
    let mean = origin + values.reduce(0) { $0 + ($1 - origin) } / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(values.count - 1)).squareRoot())
  }

  @Test("Channel statistics agree with two passes, also at an offset of 1e8", arguments: [0.0, 1e8])
  func channel(offset: Double) {
    let data = Self.data(.float64, channels: 2, offset: offset)
    let normalizer = Normalizer.fit(.channel, to: data, grid: Self.grid, channels: 2)
    let values = data.doubles
    for c in 0..<2 {
      let (mean, deviation) = Self.twoPass(values.enumerated().filter { $0.offset % 2 == c }.map(\.element))
      expectClose([normalizer.shift[c]], [mean], tolerance: Self.doubleTolerance, "mean")
      expectClose([normalizer.scale[c]], [deviation + 1e-7], tolerance: Self.doubleTolerance, "deviation")
    }
  }

  @Test(
    "Fields in very small units are normalised as others are",
    arguments: [Normalizer.Kind.channel, .pointwise])
  func smallUnits(kind: Normalizer.Kind) {
    let data = Self.data(.float64, channels: 2, offset: 3)
    let small = HostBuffer(count: data.count, precision: .float64)
    for i in 0..<data.count { small[i] = 1e-12 * data[i] }
    let scales = [data, small].map { Normalizer.fit(kind, to: $0, grid: Self.grid, channels: 2).scale }
    for (a, b) in zip(scales[0], scales[1]) { #expect(abs(1e12 * b / a - 1) < 0.05) }
  }

  @Test("Pointwise statistics agree with two passes, also at an offset of 1e8", arguments: [0.0, 1e8])
  func pointwise(offset: Double) {
    let data = Self.data(.float64, channels: 2, offset: offset)
    let normalizer = Normalizer.fit(.pointwise, to: data, grid: Self.grid, channels: 2)
    let values = data.doubles
    #expect(normalizer.shift.count == 30)
    for place in 0..<30 {
      let (mean, deviation) = Self.twoPass((0..<Self.samples).map { values[$0 * 30 + place] })
      expectClose([normalizer.shift[place]], [mean], tolerance: Self.doubleTolerance, "mean")
      expectClose([normalizer.scale[place]], [deviation + 1e-5], tolerance: Self.doubleTolerance, "deviation")
    }
  }

  @Test("Steps of a window share the statistics of their field")
  func pooledSteps() {
    let data = Self.data(.float64, channels: 4, offset: 1)
    let pooled = Normalizer.fit(.channel, to: data, grid: Self.grid, channels: 2, steps: 2)
    let values = data.doubles
    for c in 0..<2 {
      let (mean, _) = Self.twoPass(values.enumerated().filter { $0.offset % 2 == c }.map(\.element))
      expectClose([pooled.shift[c]], [mean], tolerance: Self.doubleTolerance)
    }
    let points = Normalizer.fit(.pointwise, to: data, grid: Self.grid, channels: 2, steps: 2)
    #expect(points.shift.count == 30)
    // Point 7, component 1, both steps.
    var chosen: [Double] = []
    for sample in 0..<Self.samples {
      let place = sample * 60 + 28
      chosen += [values[place + 1], values[place + 3]]
    }
    let (mean, _) = Self.twoPass(chosen)
    expectClose([points.shift[7 * 2 + 1]], [mean], tolerance: Self.doubleTolerance)
  }

  @Test("Applied data have unit size, and inverting gives the data back", arguments: Normalizer.Kind.allCases)
  func roundTrip(kind: Normalizer.Kind) throws {
    for precision in Precision.allCases {
      let data = Self.data(precision, channels: 2, offset: 5)
      let before = data.doubles
      let normalizer = Normalizer.fit(kind, to: data, grid: Self.grid, channels: 2)
      try normalizer.apply(to: data, grid: Self.grid, channels: 2)
      let after = data.doubles
      let low = after.min() ?? .nan
      let high = after.max() ?? .nan
      switch kind {
      case .none: #expect(after == before)
      case .minmax: #expect(abs(low) < 1e-6 && abs(high - 1) < 1e-6)
      case .symmetric: #expect(abs(low + 1) < 1e-6 && abs(high - 1) < 1e-6)
      case .channel, .pointwise:
        let (mean, deviation) = Self.twoPass(after)
        #expect(abs(mean) < 1e-6 && abs(deviation - 1) < 0.02)
      }
      try normalizer.invert(data, grid: Self.grid, channels: 2)
      expectClose(
        data.doubles, before, tolerance: precision == .float32 ? Self.floatTolerance : Self.doubleTolerance)
    }
  }

  @Test("A constant channel keeps its scale; min-max of one stays finite")
  func constant() throws {
    let data = HostBuffer(count: 30, precision: .float32)
    for i in 0..<30 { data[i] = 0.1 }
    #expect(Normalizer.fit(.channel, to: data, grid: [3, 5], channels: 1).scale == [1])
    #expect(Normalizer.fit(.minmax, to: data, grid: [3, 5], channels: 1).scale == [1])
    #expect(Normalizer.fit(.pointwise, to: data, grid: [3, 5], channels: 1).scale.allSatisfy { $0 == 1e-5 })
  }

  @Test("Another grid suits channel statistics and is refused by pointwise ones")
  func otherGrid() throws {
    let data = Self.data(.float64, channels: 1, offset: 0)
    try Normalizer.fit(.channel, to: data, grid: Self.grid, channels: 1).check(grid: [6, 10])
    let pointwise = Normalizer.fit(.pointwise, to: data, grid: Self.grid, channels: 1)
    let error = #expect(throws: DatasetsError.self) { try pointwise.check(grid: [6, 10]) }
    #expect(
      error?.diagnostic.description == """
        error[data.normalizer]: normalisation 'pointwise' does not fit a grid of 6×10
          why   it holds one mean and scale per point of the training grid 3×5
          fix   evaluate on the training grid, or train with the normalisation "channel"
        """)
  }

  @Test("Stored and read back, it is the same; damaged parts are refused")
  func storage() throws {
    let data = Self.data(.float64, channels: 2, offset: 3)
    for kind in Normalizer.Kind.allCases {
      let normalizer = Normalizer.fit(kind, to: data, grid: Self.grid, channels: 2)
      var stored = Dictionary(
        uniqueKeysWithValues: normalizer.tensors(prefix: "normalizer.input").map { ($0.name, $0.values) })
      func read() throws -> Normalizer {
        try Normalizer(description: normalizer.description, prefix: "normalizer.input", source: "c") { name in
          try #require(stored[name])
        }
      }
      let again = try read()
      #expect(
        again.shift == normalizer.shift && again.scale == normalizer.scale && again.grid == normalizer.grid)
      stored["normalizer.input.scale"]?[0] = 0
      #expect(throws: DatasetsError.self) { _ = try read() }
      stored["normalizer.input.scale"] = HostBuffer(count: 1, precision: .float64)
      #expect(throws: DatasetsError.self) { _ = try read() }
    }
  }
}
