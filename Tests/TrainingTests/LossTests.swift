import Autodiff
import Configuration
import Diagnostics
import Fields
import Foundation
import Tensors
import TestSupport
import Testing
import Training

/// Sums of a few hundred products in double precision.
private let roundOff = 1e-12

/// A loss read from JSON, applied to given fields `[grid…][channels]` of one sample.
private struct LossProbe {
  var loss: any Loss
  var axes: [GridAxis]
  var shape: FieldShape

  init(_ json: String, grid: [Int], channels: Int = 1, boundary: GridAxis.Boundary = .periodic) throws {
    let reader = ConfigReader(try ConfigDocument.parse("{\"loss\": \(json)}", source: "test.json"))
    loss = try LossRegistry.read("loss", from: reader)
    try reader.finish()
    axes = grid.enumerated().map { index, n in
      GridAxis(
        name: ["x", "y", "z"][index], coordinates: (0..<n).map { Double($0) / Double(n) }, boundary: boundary)
    }
    shape = FieldShape(batch: 1, grid: grid, channels: channels)
    try loss.check(OperatorSignature(inputChannels: 1, outputChannels: channels, axes: axes))
  }

  func value(_ prediction: [Double], _ target: [Double]) -> (loss: Double, gradient: [Double]) {
    let graph = Graph(precision: .float64)
    let (p, t) = (graph.input(shape, needsGradient: true), graph.input(shape))
    let result = loss(p, t, axes: axes)
    let program = Program(graph, results: [result], loss: result)
    let none = HostBuffer(count: 0, precision: .float64)
    let frame = Frame(program, parameters: none, gradients: none)
    for (variable, field) in [(p, prediction), (t, target)] {
      let slice = program.values(of: variable, in: frame)
      for (i, value) in field.enumerated() { slice[i] = value }
    }
    program.forward(in: frame)
    let loss = program.values(of: result, in: frame)[0]
    program.backward(in: frame, scale: 1)
    let gradient = program.gradient(of: p, in: frame)
    return (loss, (0..<gradient.count).map { gradient[$0] })
  }
}

private func noise(_ count: Int, _ name: String) -> [Double] {
  let numbers = Philox(seed: 6, stream: name)
  return (0..<count).map { numbers.normals(UInt64($0)).0 }
}

@Suite("Losses") struct LossTests {
  static let all = [
    #""relativeHdiv""#, #"{"type": "relativeSobolev", "order": -1}"#,
    #"{"type": "relativeSobolev", "order": 0.5, "cut": 2}"#,
    #"{"type": "relativeH1", "derivative": "mgno", "cut": 2}"#,
    #"{"type": "patchwise", "loss": "relativeL2"}"#, #"{"type": "patchwise", "loss": "relativeH1"}"#,
    #"{"type": "patchwise", "levels": 0, "loss": "mse"}"#, #"{"type": "patchwise", "loss": "relativeHdiv"}"#,
  ]

  @Test("have the gradient that differences give", arguments: all, [GridAxis.Boundary.periodic, .closed])
  func gradients(_ json: String, boundary: GridAxis.Boundary) throws {
    let probe = try LossProbe(json, grid: [8, 10], channels: 2, boundary: boundary)
    var (p, t) = (noise(160, "p"), noise(160, "t"))
    t = t.map { $0 + 0.2 }
    let gradient = probe.value(p, t).gradient
    let scale = gradient.map(abs).max() ?? 0
    #expect(scale > 1e-4)
    for i in stride(from: 0, to: 160, by: 7) {
      let value = p[i]
      p[i] = value + 1e-5
      let above = probe.value(p, t).loss
      p[i] = value - 1e-5
      let below = probe.value(p, t).loss
      p[i] = value
      #expect(abs((above - below) / 2e-5 - gradient[i]) < 1e-6 * scale)
    }
  }

  @Test("of c·u against u are |c − 1| if relative", arguments: all.dropLast(2))
  func scaling(_ json: String) throws {
    let probe = try LossProbe(json, grid: [8, 10], channels: 2)
    let u = noise(160, "u")
    for c in [0.5, -1.0, 3.0] {
      expectClose([probe.value(u.map { c * $0 }, u).loss], [abs(c - 1)], tolerance: 1e-7, json)
    }
  }

  /// For e = sin 2πkx against t = cos 2πx the ratio is (w(k)/w(1))^½.
  @Test("of single frequencies are known", arguments: [1, 2, 5])
  func frequencies(_ k: Int) throws {
    let n = 48
    func wave(_ k: Int, _ f: (Double) -> Double) -> [Double] {
      (0..<n).map { f(2 * .pi * Double(k * $0) / Double(n)) }
    }
    let t = wave(1, cos)
    let p = zip(t, wave(k, sin)).map { $0 + $1 }
    func check(_ json: String, _ weight: (Double) -> Double) throws {
      let value = try LossProbe(json, grid: [n]).value(p, t).loss
      // The small constant in denominators is 1e-8, the smallest norm of t about 0.1.
      expectClose([value], [(weight(Double(k)) / weight(1)).squareRoot()], tolerance: 1e-6, json)
    }
    let square = { (k: Double) in 4 * Double.pi * Double.pi * k * k }
    try check(#"{"type": "relativeSobolev", "order": -1}"#) { 1 / (1 + square($0)) }
    try check(#"{"type": "relativeSobolev", "order": 2}"#) { pow(1 + square($0), 2) }
    try check(#"{"type": "relativeSobolev", "order": 0}"#) { _ in 1 }
    try check(#"{"type": "relativeSobolev", "order": 1, "measure": 2}"#) { 1 + square($0) / 4 }
    try check(#"{"type": "relativeH1", "derivative": "mgno"}"#) { 1 + $0 * $0 }
    try check(#"{"type": "relativeH1", "derivative": "mgno", "cut": 5}"#) { $0 < 5 ? 1 + $0 * $0 : 1 }
    // The central difference of a sine has the factor sin(2πkh)/h.
    try check(#"{"type": "relativeH1"}"#) { 1 + pow(sin(2 * .pi * $0 / Double(n)) * Double(n), 2) }
  }

  /// MgNO's loss against a constant: a plane wave has the factor √(1 + k₁² + k₂²), a wavenumber from 20 on counting as 0.
  @Test("MgNO's H1 cuts each wavenumber by itself", arguments: [[3, 2], [19, 4], [20, 4], [21, 20]])
  func mgno(_ k: [Int]) throws {
    let n = 48
    let wave = (0..<(n * n)).map { place in
      2.0.squareRoot() * sin(2 * .pi * Double(k[0] * (place / n) + k[1] * (place % n)) / Double(n))
    }
    let loss = try LossProbe(#"{"type": "relativeH1", "derivative": "mgno"}"#, grid: [n, n])
    let square = k.reduce(1.0) { $0 + ($1 < 20 ? Double($1 * $1) : 0) }
    // The small constant in denominators is 1e-8, the norm of the target 1.
    expectClose(
      [loss.value(wave.map { 1 + $0 }, wave.map { _ in 1 }).loss], [square.squareRoot()], tolerance: 1e-7)
  }

  @Test("of a rotated gradient know no divergence, and of a gradient its Laplacian")
  func divergence() throws {
    let (n, m) = (12, 10)
    let (a, b) = (sin(2 * .pi / Double(n)) * Double(n), sin(4 * .pi / Double(m)) * Double(m))
    /// Discrete derivatives of ψ = sin 2πx·sin 4πy as (first, second) component.
    func field(_ components: (Double, Double) -> (Double, Double)) -> [Double] {
      (0..<(n * m)).flatMap { place -> [Double] in
        let (x, y) = (2 * .pi * Double(place / m) / Double(n), 4 * .pi * Double(place % m) / Double(m))
        let (u, v) = components(x, y)
        return [u, v]
      }
    }
    let rotated = field { (b * sin($0) * cos($1), -a * cos($0) * sin($1)) }
    let gradient = field { (a * cos($0) * sin($1), b * sin($0) * cos($1)) }
    let probe = try LossProbe(#""relativeHdiv""#, grid: [n, m], channels: 2)
    let zero = [Double](repeating: 0, count: 2 * n * m)
    // Error e = −rotated against t = rotated: 1. Error −gradient against rotated: its divergence counts.
    expectClose([probe.value(zero, rotated).loss], [1], tolerance: 1e-8)
    let target = rotated
    let value = probe.value(zip(target, gradient).map { $0 + $1 }, target).loss
    // Mean squares: |∇ψ|² = (a² + b²)/4, (∇·∇ψ)² = (a² + b²)²/4.
    expectClose([value], [(1 + a * a + b * b).squareRoot()], tolerance: 1e-8)
  }

  @Test("over patches are the mean of the patches' losses")
  func patches() throws {
    let probe = try LossProbe(#"{"type": "patchwise", "loss": "relativeL2"}"#, grid: [4, 6])
    let (p, t) = (noise(24, "p"), noise(24, "t"))
    var expected = 0.0
    for (rows, columns) in [(0..<2, 0..<3), (0..<2, 3..<6), (2..<4, 0..<3), (2..<4, 3..<6)] {
      var (error, square) = (0.0, 0.0)
      for i in rows {
        for j in columns {
          error += pow(p[6 * i + j] - t[6 * i + j], 2)
          square += pow(t[6 * i + j], 2)
        }
      }
      expected += (error / square).squareRoot() / 4
    }
    expectClose([probe.value(p, t).loss], [expected], tolerance: 1e-7)
  }

  @Test("refuse data that they have no meaning for")
  func refusals() {
    #expect(throws: TrainingError.notAVectorField(loss: "relativeHdiv", channels: 3, dimensions: 2)) {
      try LossProbe(#""relativeHdiv""#, grid: [8, 8], channels: 3)
    }
    #expect(throws: TrainingError.patchesDoNotDivide(axis: 1, points: 10, patches: 4)) {
      try LossProbe(#"{"type": "patchwise", "levels": 2}"#, grid: [8, 10])
    }
  }

  @Test(
    "settings without effect are refused",
    arguments: [
      #""cut": 5"#, #""derivative": "spectral", "boundary": "walls""#, #""derivative": "mgno", "measure": 2"#,
    ])
  func idleSettings(_ settings: String) {
    #expect(throws: Diagnostic.self) { try LossProbe(#"{"type": "relativeH1", \#(settings)}"#, grid: [8]) }
  }
}
