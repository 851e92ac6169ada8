import Tensors

extension Variable {
  /// The trigonometric interpolant of a periodic field, on another number of points per axis.
  ///
  /// Exact for fields whose frequencies both grids hold; higher ones are dropped, not aliased. The highest frequency of
  /// an even grid is ambiguous and counts as too high.
  public func resampled(to grid: [Int]) -> Variable {
    precondition(grid.count == shape.grid.count, "grids of different dimension")
    if grid == shape.grid { return self }
    let frequencies = grid.indices.map { axis -> [Int] in
      let most = (min(grid[axis], shape.grid[axis]) - 1) / 2
      return axis == grid.count - 1 ? Array(0...most) : Array(-most...most)
    }
    func transform(_ grid: [Int], analysisScale: Double, synthesisScale: Double) -> TruncatedTransform {
      TruncatedTransform(
        grid: grid, frequencies: frequencies, analysisScale: analysisScale, synthesisScale: synthesisScale,
        precision: graph.precision)
    }
    let source = transform(shape.grid, analysisScale: 1 / Double(shape.points), synthesisScale: 1)
    let target = transform(grid, analysisScale: 1, synthesisScale: 1)
    let (batch, channels, result) = (shape.batch, shape.channels, shape.with(grid: grid))
    let (from, to) = (shape.sampleCount, result.sampleCount)
    let scratch = max(source.scratchCount(channels: channels), target.scratchCount(channels: channels))
    let work = [scratch, scratch, source.modeCount * 2 * channels]
    return graph.record(
      "resampled", inputs: [self], output: result, forwardScratch: work, backwardScratch: work,
      forward: { c in
        for s in 0..<batch {
          source.toModes(
            c.kernels, .analysis, c.input(0).dropping(s * from, length: from), channels: channels,
            scratch: (c.scratch(0), c.scratch(1)), into: c.scratch(2))
          target.fromModes(
            c.kernels, .synthesis, c.scratch(2), channels: channels, scratch: (c.scratch(0), c.scratch(1)),
            into: c.output.dropping(s * to, length: to), accumulate: false)
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        for s in 0..<batch {
          target.toModes(
            c.kernels, .synthesisAdjoint, c.outputGradient.dropping(s * to, length: to), channels: channels,
            scratch: (c.scratch(0), c.scratch(1)), into: c.scratch(2))
          source.fromModes(
            c.kernels, .analysisAdjoint, c.scratch(2), channels: channels, scratch: (c.scratch(0), c.scratch(1)),
            into: dx.slice.dropping(s * from, length: from), accumulate: dx.accumulates)
        }
      })
  }
}
