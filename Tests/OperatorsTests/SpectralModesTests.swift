import Autodiff
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Spectral layers with some of their modes") struct SpectralModesTests {
  /// One channel, so that a block is one complex number: frequencies −2, −1, 0, 1 along x and 0, 1, 2 along y.
  @Test("name the weights of these modes, and add up squares by frequency")
  func blocks() throws {
    let builder = ParameterBuilder()
    let layer = SpectralConvolution(
      "layer", inputs: 1, outputs: 1, modes: [4, 4], selection: .twoSided, initial: .zeros,
      forwardNormalized: true, in: builder)
    let values = HostBuffer(count: builder.memoryCount, precision: .float64)
    // Blocks are 0 … 11, x first; block b has the square 1 + b.
    for block in 0..<12 { values[2 * block] = Double(1 + block).squareRoot() }
    #expect(layer.usedRanges == [0..<24])
    let all = layer.squares(of: values)
    // x: 0 has blocks 6 7 8, ±1 has 3 4 5 and 9 10 11, −2 has 0 1 2. y: k has blocks k, k + 3, k + 6, k + 9.
    expectClose(all[0], [24, 15 + 33, 6], tolerance: 1e-14)
    expectClose(all[1], [22, 26, 30], tolerance: 1e-14)

    let probe = try #require(
      try buildModel(
        #"{"type": "fno", "modes": [4, 4], "width": 1, "layers": 1}"#, inputs: 1, outputs: 1, grid: [8, 8]
      ).model as? any IncrementalModel)
    #expect(probe.modes == [4, 4])
    // Two modes are −1, 0 along x and 0, 1 along y: blocks 3 4 and 6 7, after what the lifting takes.
    let narrow = probe.restricted(to: [2, 2]).spectralLayers[0]
    let first = narrow.weight.core.offset
    #expect(narrow.usedRanges == [(first + 6)..<(first + 10), (first + 12)..<(first + 16)])
  }

  @Test(
    "are the layers with zeros for the others", arguments: ["fno", "fno-original"],
    [[1, 2], [3, 2], [4, 4]])
  func zeros(type: String, modes: [Int]) throws {
    let grid = [10, 9]
    let probe = try ModelProbe(
      "{\"type\": \"\(type)\", \"modes\": 4, \"width\": 3, \"layers\": 2}", grid: grid)
    let built = try buildModel(
      "{\"type\": \"\(type)\", \"modes\": 4, \"width\": 3, \"layers\": 2}", inputs: 2, outputs: 1, grid: grid)
    let narrow = try #require(built.model as? any IncrementalModel).restricted(to: modes)
    let field = ModelProbe.noise(probe.shape(grid))
    // Unused weights are not read, whatever they are.
    let restricted = probe.output(field, probe.shape(grid)) { narrow($0) }
    let whole = probe.output(field, probe.shape(grid))
    for layer in narrow.spectralLayers {
      var used = Set<Int>()
      for range in layer.usedRanges { used.formUnion(range) }
      for place in layer.weight.core.range where !used.contains(place) { probe.values[place] = 0 }
    }
    expectClose(restricted, probe.output(field, probe.shape(grid)), tolerance: 1e-12)
    #expect((worstDifference(restricted, whole).difference < 1e-12) == (modes == [4, 4]))
  }
}
