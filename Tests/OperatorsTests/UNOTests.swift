import Autodiff
import Layers
import Operators
import TestSupport
import Testing

/// Sums of a few thousand products in double precision.
private let roundOff = 1e-11

@Suite("U-NO") struct UNOTests {
  private func json(_ more: String) -> String {
    #"{"type": "uno", "width": 4, "modes": [4, 2, 2, 2, 4], "embedding": "none", \#(more)}"#
  }

  /// T21
  @Test("without a change of grids its blocks are Fourier layers", arguments: [[12], [8, 10]])
  func equalGrids(_ grid: [Int]) throws {
    let text =
      #"{"type": "uno", "width": 4, "multipliers": [1, 2], "scales": [1], "modes": 3, "norms": [], "embedding": "none"}"#
    let probe = try ModelProbe(text, grid: grid)
    let parameters = Dictionary(uniqueKeysWithValues: probe.builder.parameters.map { ($0.name, $0) })
    let field = ModelProbe.noise(probe.shape(grid))
    func parameter(_ name: String) throws -> Parameter { try #require(parameters[name], "\(name)") }
    let names = try ["lifting.0", "lifting.1", "projection.first", "projection.second"].map {
      (weight: try parameter($0 + ".weight"), bias: try parameter($0 + ".bias"))
    }
    let blocks = try (0..<2).map { index in
      (
        spectral: try parameter("blocks.\(index).spectral.weight"),
        pointwise: try parameter("blocks.\(index).pointwise.weight"),
        bias: try parameter("blocks.\(index).pointwise.bias")
      )
    }
    let map = SpectralConvolution(
      "map", inputs: 4, outputs: 4, modes: grid.map { _ in 3 }, selection: .oneSided, initial: .zeros,
      forwardNormalized: true, in: ParameterBuilder()
    ).map(grid: grid, precision: .float64)
    let expected = probe.output(field, probe.shape(grid)) { input in
      let lifted = names[..<2].reduce(input) { $0.linear(weight: $1.weight, bias: $1.bias).activated(.gelu) }
      let last = blocks.reduce(lifted) { x, block in
        x.spectralBlock(
          map, weight: block.spectral, skip: block.pointwise, bias: block.bias, activation: .gelu)
      }
      return last.concatenated(with: lifted).linear(weight: names[2].weight, bias: names[2].bias).activated(
        .gelu
      )
      .linear(weight: names[3].weight, bias: names[3].bias)
    }
    expectClose(probe.output(field, probe.shape(grid)), expected, tolerance: roundOff)
  }

  @Test("a constant stays one, the same on every grid", arguments: [[16], [16, 24]])
  func constants(_ grid: [Int]) throws {
    let probe = try ModelProbe(json(#""norms": []"#), grid: grid)
    let coarse = probe.output([Double](repeating: 0.7, count: probe.shape(grid).count), probe.shape(grid))
    let fine = grid.map { 3 * $0 / 2 }
    let other = probe.output([Double](repeating: 0.7, count: probe.shape(fine).count), probe.shape(fine))
    expectClose(
      coarse + other, [Double](repeating: coarse[0], count: coarse.count + other.count), tolerance: roundOff)
  }

  @Test("it commutes with shifts by points of its coarsest grid")
  func shifts() throws {
    let grid = [16, 24]
    let probe = try ModelProbe(json(#""norms": [1, 3]"#), grid: grid)
    let shape = probe.shape(grid)
    let field = ModelProbe.noise(shape)
    let moved = probe.output(shifted(field, grid, by: [4, 8], channels: 2), shape)
    expectClose(
      moved, shifted(probe.output(field, shape), grid, by: [4, 8], channels: 1), tolerance: roundOff)
  }

  @Test("outputs converge under refinement, faster than any order once the modes are resolved")
  func refinement() throws {
    let probe = try ModelProbe(json(#""norms": []"#), grid: [16])
    let field = BandLimitedField(highest: 1, dimensions: 1)
    let outputs = [1, 2, 4, 8, 16].map { factor in
      let grid = [16 * factor]
      return coarsened(
        probe.output(field.values(grid, channels: 2), probe.shape(grid)), grid, by: factor, channels: 1)
    }
    let errors = outputs.dropLast().map { worstDifference($0, outputs[4]).difference }
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(fine < 0.3 * coarse, "\(errors)") }
  }

  @Test("modes that a coarse grid does not have, and mirrored blocks on different grids, are refused")
  func refusals() {
    #expect(throws: (any Error).self) { try ModelProbe(json(#""padding": 0"#), grid: [8]) }
    #expect(throws: (any Error).self) {
      try ModelProbe(json(#""scales": [0.5, 0.25, 0.25, 0.75]"#), grid: [16])
    }
    #expect(throws: (any Error).self) { try ModelProbe(json(#""scales": [0.5, 0.25]"#), grid: [16]) }
  }
}
