import Autodiff
import Foundation
import Layers
import Operators
import Tensors
import TestSupport
import Testing

/// Sums of a few thousand products in double precision.
private let roundOff = 1e-11

@Suite("CoDA-NO") struct CODANOTests {
  private func json(_ more: String = "") -> String {
    #"{"type": "codano", "modes": 4, "width": 4, "layers": 2, "heads": 2\#(more)}"#
  }

  private func permuted(_ field: [Double], _ order: [Int]) -> [Double] {
    field.indices.map { field[$0 - $0 % order.count + order[$0 % order.count]] }
  }

  @Test("without codes, permuting the variables permutes the output, and with them it does not")
  func permutation() throws {
    let grid = [9, 8]
    let order = [2, 0, 1]
    for codes in [false, true] {
      let probe = try ModelProbe(json(", \"variableCodes\": \(codes)"), inputs: 3, outputs: 3, grid: grid)
      let field = ModelProbe.noise(probe.shape(grid, batch: 2))
      let shape = probe.shape(grid, batch: 2)
      let a = probe.output(permuted(field, order), shape)
      let b = permuted(probe.output(field, shape), order)
      let difference = worstDifference(a, b).difference
      #expect(codes ? difference > 1e-3 : difference < roundOff, "\(difference)")
    }
  }

  @Test("without codes, the weights do not know how many variables there are")
  func count() throws {
    let grid = [12]
    let probes = try [1, 4].map {
      try ModelProbe(json(#", "variableCodes": false"#), inputs: $0, outputs: $0, grid: grid)
    }
    #expect(probes[0].builder.parameters.map(\.name) == probes[1].builder.parameters.map(\.name))
    #expect(probes[0].builder.parameters.map(\.shape) == probes[1].builder.parameters.map(\.shape))
    #expect(probes[0].values.doubles == probes[1].values.doubles)
    // Copies of one variable attend to each other alike, so that each gives what one alone does.
    let field = ModelProbe.noise(probes[0].shape(grid))
    let one = probes[0].output(field, probes[0].shape(grid))
    let four = probes[1].output(field.flatMap { [$0, $0, $0, $0] }, probes[1].shape(grid))
    expectClose(four, one.flatMap { [$0, $0, $0, $0] }, tolerance: roundOff)
  }

  @Test("a static channel and the frames of a window reach the variables that they belong to")
  func channels() throws {
    let grid = [12]
    let probe = try ModelProbe(
      json(#", "variableCodes": false, "staticChannels": 1"#), inputs: 5, outputs: 2, grid: grid)
    let field = ModelProbe.noise(probe.shape(grid))
    // Two frames of two variables, then what both see: both frames change places together.
    let swapped = field.indices.map { i in field[i - i % 5 + [1, 0, 3, 2, 4][i % 5]] }
    expectClose(
      probe.output(swapped, probe.shape(grid)), permuted(probe.output(field, probe.shape(grid)), [1, 0]),
      tolerance: roundOff)
    let other = field.indices.map { i in i % 5 == 4 ? 0 : field[i] }
    #expect(
      worstDifference(probe.output(other, probe.shape(grid)), probe.output(field, probe.shape(grid)))
        .difference
        > 1e-3)
    #expect(throws: (any Error).self) { try ModelProbe(json(), inputs: 5, outputs: 2, grid: grid) }
  }

  @Test("without coordinates it commutes with shifts of a periodic grid", arguments: [[12], [8, 6]])
  func shifts(_ grid: [Int]) throws {
    let probe = try ModelProbe(json(#", "embedding": "none""#), outputs: 2, grid: grid)
    let field = ModelProbe.noise(probe.shape(grid))
    let shift = grid.map { _ in 3 }
    expectClose(
      probe.output(shifted(field, grid, by: shift, channels: 2), probe.shape(grid)),
      shifted(probe.output(field, probe.shape(grid)), grid, by: shift, channels: 2), tolerance: roundOff)
  }

  /// The layer as a map of three tokens of four channels, on a grid.
  private func attended(_ field: [Double], _ grid: [Int], heads: Int = 2) -> [Double] {
    applied(to: field, FieldShape(batch: 3, grid: grid, channels: 4)) { builder in
      let attention = CodomainAttention(
        "layer", width: 4, heads: heads, modes: [4], temperature: 0.05, in: builder)
      let map = SpectralConvolution.twoSided("map", width: 1, modes: [4], in: ParameterBuilder()).map(
        grid: grid, precision: .float64)
      return { attention($0, variables: 3, map: map) }
    }
  }

  @Test("attention of band-limited functions is the same on every grid that holds them")
  func resolution() {
    let field = BandLimitedField(highest: 2, dimensions: 1)
    func tokens(_ points: Int) -> [Double] {
      // Twelve channels of one field are four channels of three tokens.
      let values = field.values([points], channels: 12)
      return (0..<3).flatMap { token in
        (0..<points).flatMap { point in (0..<4).map { values[point * 12 + token * 4 + $0] } }
      }
    }
    let coarse = attended(tokens(8), [8])
    let fine = attended(tokens(24), [24])
    for token in 0..<3 {
      let part = Array(fine[(token * 24 * 4)..<((token + 1) * 24 * 4)])
      expectClose(
        Array(coarse[(token * 8 * 4)..<((token + 1) * 8 * 4)]), coarsened(part, [24], by: 3, channels: 4),
        tolerance: roundOff)
    }
  }

  @Test("attention is its formula")
  func formula() throws {
    let (grid, points) = ([8], 8)
    let field = ModelProbe.noise(FieldShape(batch: 3, grid: grid, channels: 4))
    let builder = ParameterBuilder()
    _ = CodomainAttention("layer", width: 4, heads: 1, modes: [4], temperature: 0.05, in: builder)
    let values = HostBuffer(count: builder.memoryCount, precision: .float64)
    for parameter in builder.parameters { parameter.initialize(values, seed: 1) }
    func numbers(_ name: String) throws -> [Double] {
      let parameter = try #require(builder.parameters.first { $0.name == "layer.heads.0.\(name)" })
      return parameter.range.map { values[$0] }
    }
    /// Frequencies 0, 1, 2, forward transform divided by N; Nyquist is not among them.
    func operated(_ name: String) throws -> [[Double]] {
      let (r, w, b) = try (
        numbers("\(name).spectral.weight"), numbers("\(name).pointwise.weight"),
        numbers("\(name).pointwise.bias")
      )
      return (0..<3).map { token in
        (0..<points).flatMap { n in
          (0..<4).map { o in
            var sum = b[o]
            for i in 0..<4 {
              sum += w[i * 4 + o] * field[(token * points + n) * 4 + i]
              for m in 0..<points {
                for k in 0...2 {
                  let angle = 2 * Double.pi * Double(k * (n - m)) / Double(points)
                  let (re, im) = (r[(k * 2) * 16 + i * 4 + o], r[(k * 2 + 1) * 16 + i * 4 + o])
                  // Twice the real part, but for the mean, whose imaginary part is not seen.
                  let part = k == 0 ? re : 2 * (re * cos(angle) - im * sin(angle))
                  sum += part * field[(token * points + m) * 4 + i] / Double(points)
                }
              }
            }
            return sum
          }
        }
      }
    }
    let (q, k, v) = try (operated("query"), operated("key"), operated("value"))
    let expected = (0..<3).flatMap { a -> [Double] in
      let weights = (0..<3).map { b in
        exp(zip(q[a], k[b]).reduce(0) { $0 + $1.0 * $1.1 } / Double(points) / (2 * 0.05))
      }
      let total = weights.reduce(0, +)
      return v[0].indices.map { i in (0..<3).reduce(0) { $0 + weights[$1] / total * v[$1][i] } }
    }
    expectClose(attended(field, grid, heads: 1), expected, tolerance: roundOff)
  }

  @Test("outputs converge under refinement", arguments: ["instance", "none"])
  func refinement(_ norm: String) throws {
    // Coordinates would be a function with a jump.
    let probe = try ModelProbe(
      json(", \"norm\": \"\(norm)\", \"embedding\": \"none\""), outputs: 2, grid: [16])
    let field = BandLimitedField(highest: 1, dimensions: 1)
    let outputs = [1, 2, 4, 8, 16].map { factor in
      let grid = [16 * factor]
      return coarsened(
        probe.output(field.values(grid, channels: 2), probe.shape(grid)), grid, by: factor, channels: 2)
    }
    let errors = outputs.dropLast().map { worstDifference($0, outputs[4]).difference }
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(fine < 0.3 * coarse || fine < 1e-12, "\(errors)")
    }
  }

  @Test("gradients of all parameters are those of finite differences")
  func gradients() throws {
    let grid = [6, 4]
    let probe = try ModelProbe(json(#", "padding": 0.2"#), outputs: 2, grid: grid)
    // Away from initial values, at which scales are one and shifts zero.
    for parameter in probe.builder.parameters {
      let numbers = Philox(seed: 9, stream: parameter.name)
      for (i, place) in parameter.range.enumerated() {
        probe.values[place] += 0.1 * numbers.normals(UInt64(i)).0
      }
    }
    let gradients = probe.gradients(grid)
    let shape = probe.shape(grid, batch: 2)
    let field = ModelProbe.noise(shape)
    let target = ModelProbe.noise(FieldShape(batch: 2, grid: grid, channels: 2), "target")
    func loss() -> Double {
      zip(probe.output(field, shape), target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    // Mean squares per sample, summed over samples.
    let scale = 1 / Double(2 * grid.reduce(1, *))
    for parameter in probe.builder.parameters {
      let own = try #require(gradients[parameter.name])
      let largest = own.reduce(0) { max($0, abs($1)) }
      for index in Set([0, own.count / 2, own.firstIndex { abs($0) == largest } ?? 0]) {
        let place = parameter.offset + index
        let value = probe.values[place]
        let step = 1e-5
        probe.values[place] = value + step
        let after = loss()
        probe.values[place] = value - step
        let before = loss()
        probe.values[place] = value
        let slope = scale * (after - before) / (2 * step)
        #expect(abs(slope - own[index]) < 1e-6 * largest + 1e-9, "\(parameter.name)[\(index)]")
      }
    }
  }
}
