import Autodiff
import Tensors
import TestSupport
import Testing

/// Sums of a few hundred products in double precision.
private let roundOff = 1e-12

@Suite("The truncated transform") struct TruncatedTransformTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    var grid: [Int]
    var modes: [Int]
    var lines = TruncatedTransform.LineMethod.products
    var continuations: [Continuation]?
    var testDescription: String { "\(grid) modes \(modes) \(lines) \(continuations ?? [])" }

    var transform: TruncatedTransform {
      OperationCases.transform(
        grid, modes: modes, precision: .float64, continuations: continuations, lines: lines)
    }
  }

  static let settings = [
    Setting(grid: [9], modes: [4]), Setting(grid: [8], modes: [5]), Setting(grid: [6, 7], modes: [3, 4]),
    Setting(grid: [5, 8], modes: [2, 5]), Setting(grid: [4, 6, 5], modes: [2, 3, 2]),
    Setting(grid: [300], modes: [7]), Setting(grid: [257], modes: [5]),
    Setting(grid: [256], modes: [129]), Setting(grid: [774], modes: [6]),
    Setting(grid: [3, 516], modes: [2, 9]),
    Setting(grid: [2, 3], modes: [1, 2]),
    Setting(grid: [8], modes: [5], lines: .fourier), Setting(grid: [2], modes: [1], lines: .fourier),
    Setting(grid: [96], modes: [40], lines: .fourier), Setting(grid: [774], modes: [387], lines: .fourier),
    Setting(grid: [600], modes: [301], lines: .fourier),
    Setting(grid: [5, 6, 12], modes: [2, 3, 6], lines: .fourier),
    Setting(grid: [3, 516], modes: [2, 200], lines: .fourier),
    Setting(grid: [5], modes: [6], continuations: [.mirrored]),
    Setting(grid: [5], modes: [5], continuations: [.mirroredAboutEnds]),
    Setting(grid: [1], modes: [1], continuations: [.mirroredAboutEnds]),
    Setting(grid: [300], modes: [7], continuations: [.mirrored]),
    Setting(grid: [6, 7], modes: [4, 4], continuations: [.mirrored, .periodic]),
    Setting(grid: [6, 7], modes: [3, 8], continuations: [.periodic, .mirrored]),
    // More modes than points on the middle axis, and fewer.
    Setting(grid: [4, 3, 5], modes: [3, 3, 4], continuations: [.mirrored, .mirrored, .mirroredAboutEnds]),
    Setting(grid: [4, 7, 5], modes: [2, 2, 3], continuations: [.mirroredAboutEnds, .mirrored, .periodic]),
  ]

  @Test("equals the defining sums", arguments: settings)
  func definition(_ s: Setting) {
    let t = s.transform
    let channels = 2
    let points = s.grid.reduce(1, *)
    let period = zip(t.continuations, s.grid).map { $0.period(points: $1) }
    let places = gridPoints(period)
    let x = random(points * channels, "x")
    let modes = HostBuffer(count: t.modeCount * 2 * channels, precision: .float64)
    let (a, b) = scratch(t, channels)
    let k = Kernels(.float64)
    t.toModes(k, .analysis, x.slice(), channels: channels, scratch: (a, b), into: modes.slice())
    var expected: [Double] = []
    var back = [Double](repeating: 0, count: points * channels)
    for indices in gridPoints(t.frequencies.map(\.count)) {
      let f = zip(t.frequencies, indices).map { $0[$1] }
      let copies = (f.last == 0 || 2 * (f.last ?? 0) == period.last) ? 1.0 : 2.0
      var re = [0.0, 0.0]
      var im = [0.0, 0.0]
      for place in places {
        let (sine, cosine) = phase(f, at: place, period)
        // The point whose value stands there: the axis' own, or its mirror image.
        let p = place.indices.reduce(0) { offset, axis in
          let n = s.grid[axis]
          let last = t.continuations[axis] == .mirrored ? 2 * n - 1 : 2 * (n - 1)
          return offset * n + (place[axis] < n ? place[axis] : last - place[axis])
        }
        for c in 0..<channels {
          re[c] += cosine * x[p * channels + c]
          im[c] -= sine * x[p * channels + c]
        }
      }
      expected += re + im
      for (p, place) in gridPoints(s.grid).enumerated() {
        let (sine, cosine) = phase(f, at: place, period)
        for c in 0..<channels {
          back[p * channels + c] += copies * (re[c] * cosine - im[c] * sine) / Double(places.count)
        }
      }
    }
    expectClose(modes.doubles, expected, tolerance: roundOff, "modes")
    let y = HostBuffer(count: points * channels, precision: .float64)
    t.fromModes(
      k, .synthesis, modes.slice(), channels: channels, scratch: (a, b), into: y.slice(), accumulate: false)
    expectClose(y.doubles, back, tolerance: roundOff, "points")
  }

  @Test("has adjoints: ⟨F x, y⟩ = ⟨x, Fᵀ y⟩", arguments: settings)
  func adjoint(_ s: Setting) {
    let t = s.transform
    let points = s.grid.reduce(1, *)
    let (x, y) = (random(points * 3, "x"), random(t.modeCount * 6, "y"))
    let (fx, fty) = (
      HostBuffer(count: y.count, precision: .float64), HostBuffer(count: x.count, precision: .float64)
    )
    let (a, b) = scratch(t, 3)
    let k = Kernels(.float64)
    for (forward, back) in [
      (TruncatedTransform.Map.analysis, TruncatedTransform.Map.analysisAdjoint),
      (.synthesisAdjoint, .synthesis),
    ] {
      t.toModes(k, forward, x.slice(), channels: 3, scratch: (a, b), into: fx.slice())
      t.fromModes(k, back, y.slice(), channels: 3, scratch: (a, b), into: fty.slice(), accumulate: false)
      let (left, right) = (k.dot(fx.slice(), y.slice()), k.dot(x.slice(), fty.slice()))
      #expect(abs(left - right) <= roundOff * max(abs(left), 1))
    }
  }

  @Test("takes the cheaper of products and fast transforms")
  func choice() {
    func method(_ points: Int, _ modes: Int) -> TruncatedTransform.LineMethod {
      OperationCases.transform([points], modes: [modes], precision: .float32).lineMethod
    }
    #expect(method(1024, 55) == .products && method(1024, 56) == .fourier)
    #expect(method(1000, 95) == .products && method(1000, 96) == .fourier, "estimated plans are slower")
    #expect(method(128, 65) == .products, "short lines")
    #expect(method(421, 200) == .products && method(1022, 200) == .products, "odd lines and large primes")
  }

  private func random(_ count: Int, _ name: String) -> HostBuffer {
    let buffer = HostBuffer(count: count, precision: .float64)
    let numbers = Philox(seed: 1, stream: name)
    for i in 0..<count { buffer[i] = numbers.normals(UInt64(i)).0 }
    return buffer
  }

  private func scratch(_ t: TruncatedTransform, _ channels: Int) -> (Slice, Slice) {
    let count = t.scratchCount(channels: channels)
    return (HostBuffer.leaked(count), HostBuffer.leaked(count))
  }

  /// exp(2πi Σ f_a n_a / N_a) at a point n of a grid N.
  private func phase(_ f: [Int], at point: [Int], _ grid: [Int]) -> (sine: Double, cosine: Double) {
    let all = grid.reduce(1, *)
    let numerator = grid.indices.reduce(0) { $0 + f[$1] * point[$1] * (all / grid[$1]) }
    return exactSineAndCosine(numerator: numerator, denominator: all)
  }
}

extension HostBuffer {
  /// A slice of memory that lives as long as the test process.
  fileprivate static func leaked(_ count: Int) -> Slice {
    Unmanaged.passRetained(HostBuffer(count: count, precision: .float64)).takeUnretainedValue().slice()
  }
}

@Suite("The fused spectral block") struct SpectralBlockTests {
  @Test("equals the composition of its parts")
  func composition() {
    let grid = [9, 10]
    let shape = FieldShape(batch: 2, grid: grid, channels: 5)
    let parameters: @Sendable (ParameterBuilder) -> [Parameter] = { b in
      [
        b.parameter("spectral", shape: [24, 2, 5, 3], kind: .complexPairs(block: 15), initial: .zeros),
        b.parameter("skip", shape: [5, 3], initial: .zeros), b.parameter("bias", shape: [3], initial: .zeros),
      ]
    }
    let fused = GradientCase(
      "fused", inputs: [shape], parameters: parameters,
      body: { v, p in
        let map = SpectralMap(transform: OperationCases.transform(grid, modes: [3, 4], precision: .float64))
        return v[0].spectralBlock(map, weight: p[0], skip: p[1], bias: p[2], activation: .gelu)
      })
    let composed = GradientCase(
      "composed", inputs: [shape], parameters: parameters,
      body: { v, p in
        let map = SpectralMap(transform: OperationCases.transform(grid, modes: [3, 4], precision: .float64))
        let spectral = v[0].spectralBlock(map, weight: p[0], activation: .identity)
        return (spectral + v[0].linear(weight: p[1], bias: p[2])).activated(.gelu)
      })
    let (a, b) = (GradientProbe(fused, precision: .float64), GradientProbe(composed, precision: .float64))
    #expect(abs(a.lossValue() - b.lossValue()) <= roundOff)
    for (x, y) in zip(a.backward(fused), b.backward(composed)) {
      expectClose(x, y, tolerance: roundOff, "gradient")
    }
  }
}

@Suite("Memory") struct MemoryPlanTests {
  @Test("of a forward pass is reused along a chain")
  func reuse() {
    let graph = Graph(precision: .float32)
    let shape = FieldShape(batch: 1, grid: [100_000], channels: 1)
    var v = graph.input(shape)
    for _ in 0..<20 { v = v.activated(.tanh) }
    let program = Program(graph, results: [v])
    #expect(program.memoryCount < 4 * 110_000)
  }
}
