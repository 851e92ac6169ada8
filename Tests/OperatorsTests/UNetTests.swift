import Fields
import Operators
import TestSupport
import Testing

@Suite("U-Net") struct UNetTests {
  private func json(_ more: String) -> String {
    #"{"type": "unet", "width": 4, "multipliers": [1, 2, 2], "blocks": 1, "kernel": 5, \#(more)}"#
  }

  @Test(
    "on the training grid, kernels carried over are those of the grid",
    arguments: [#""linear""#, #""dilated""#, #""linear", "thinning": "mean""#],
    [[16], [12, 16], [8, 4, 8]])
  func trainingGrid(_ interpolation: String, _ grid: [Int]) throws {
    let thinning = interpolation.contains("mean") ? #", "thinning": "mean""# : ""
    let plain = try ModelProbe(json(#""kernelInterpolation": "none"\#(thinning)"#), grid: grid)
    let carried = try ModelProbe(json(#""kernelInterpolation": \#(interpolation)"#), grid: grid)
    let field = ModelProbe.noise(plain.shape(grid))
    #expect(plain.output(field, plain.shape(grid)) == carried.output(field, plain.shape(grid)))
  }

  /// Distances at the points of the training grid between outputs on grids `factors` times as fine and on one 16 times
  /// as fine.
  private func distances(_ factors: [Int], _ more: String, dimensions: Int) throws -> [Double] {
    let grid = [Int](repeating: 16, count: dimensions)
    let probe = try ModelProbe(json(more), grid: grid)
    let field = BandLimitedField(highest: 2, dimensions: dimensions)
    let outputs = (factors + [16]).map { factor in
      let fine = grid.map { factor * $0 }
      return coarsened(
        probe.output(field.values(fine, channels: 2), probe.shape(fine)), fine, by: factor, channels: 1)
    }
    return outputs.dropLast().map { worstDifference($0, outputs[factors.count]).difference }
  }

  @Test("with kernels as functions, outputs converge under refinement; with kernels of the grid they do not")
  func refinement() throws {
    let carried = try distances(
      [1, 2, 4, 8], #""embedding": "none", "kernelInterpolation": "linear""#, dimensions: 1)
    for (coarse, fine) in zip(carried, carried.dropFirst()) {
      #expect(fine < 0.7 * coarse, "\(carried)")
    }
    let plain = try distances([1], #""embedding": "none", "kernelInterpolation": "none""#, dimensions: 1)
    #expect(plain[0] > 2 * carried[0], "\(plain), \(carried)")
  }

  @Test(
    "with dilated kernels and no norms, outputs on all grids are samples of one function",
    arguments: [GridAxis.Boundary.periodic, .closed], [1, 2])
  func oneFunction(_ boundary: GridAxis.Boundary, _ dimensions: Int) throws {
    let isClosed = boundary == .closed
    func grid(_ factor: Int) -> [Int] {
      [Int](repeating: isClosed ? 12 * factor + 1 : 12 * factor, count: dimensions)
    }
    let probe = try ModelProbe(
      json(
        #""norm": false, "embedding": "\#(isClosed ? "closed" : "half-open")", "kernelInterpolation": "dilated""#
      ),
      grid: grid(1), boundary: boundary)
    let field = BandLimitedField(highest: 2, dimensions: dimensions)
    func output(_ factor: Int) -> [Double] {
      probe.output(
        field.values(grid(factor), channels: 2, closed: isClosed), probe.shape(grid(factor)))
    }
    let fine = output(4)
    for factor in [1, 2] {
      expectClose(
        output(factor), coarsened(fine, grid(4), by: 4 / factor, channels: 1), tolerance: 1e-12)
    }
  }

  @Test("without coordinates it commutes with shifts by points of its coarsest grid, and with no others")
  func shifts() throws {
    let grid = [16, 12]
    let probe = try ModelProbe(json(#""embedding": "none", "kernelInterpolation": "dilated""#), grid: grid)
    let shape = probe.shape(grid)
    let field = ModelProbe.noise(shape)
    func defect(_ shift: [Int]) -> Double {
      let moved = probe.output(shifted(field, grid, by: shift, channels: 2), shape)
      return worstDifference(moved, shifted(probe.output(field, shape), grid, by: shift, channels: 1))
        .difference
    }
    #expect(defect([4, 8]) < 1e-12)
    #expect(defect([1, 0]) > 1e-4)
  }

  @Test("a periodic grid that does not halve is refused, a closed one of any size is not")
  func sizes() throws {
    #expect(throws: (any Error).self) { try ModelProbe(json(#""norm": true"#), grid: [18]) }
    let built = try buildModel(
      json(#""kernelInterpolation": "dilated""#), inputs: 2, outputs: 1, grid: [29, 18], boundary: .closed)
    #expect(throws: Never.self) { try built.model.validate(grid: [57, 35]) }
  }
}
