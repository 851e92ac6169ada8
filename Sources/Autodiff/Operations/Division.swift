import Tensors

extension Variable {
  /// y = x/(t + ε) with one t for each of equal parts of the channels: an integral over its measure, head by head.
  ///
  /// - Parameters:
  ///   - t: as many channels as there are parts, none below zero.
  ///   - epsilon: ε, which keeps a quotient finite where the measure vanishes.
  public func divided(by t: Variable, epsilon: Double = 0) -> Variable {
    let parts = t.shape.channels
    precondition(
      t.shape == shape.with(channels: parts) && shape.channels % parts == 0,
      "\(t.shape) cannot divide \(shape)")
    let (rows, length) = (shape.rows * parts, shape.channels / parts)
    return graph.record(
      "divided", inputs: [self, t], output: shape, keepsInputs: [1], keepsOutput: true,
      forwardScratch: [rows], backwardScratch: [rows, rows, shape.count],
      flops: .elementwise(2 * shape.count),
      forward: { c in
        for i in 0..<rows { c.scratch(0)[i] = c.input(1)[i] + epsilon }
        c.kernels.copy(c.input(0), into: c.output)
        c.kernels.scaleRows(
          rows: rows, length: length, c.output, stride: length, by: c.scratch(0), dividing: true)
      },
      backward: { c in
        let (sums, dots, quotient) = (c.scratch(0), c.scratch(1), c.scratch(2))
        for i in 0..<rows { sums[i] = c.input(1)[i] + epsilon }
        c.kernels.copy(c.outputGradient, into: quotient)
        c.kernels.scaleRows(
          rows: rows, length: length, quotient, stride: length, by: sums, dividing: true)
        if let dt = c.inputGradient(1) {
          c.kernels.rowDots(
            rows: rows, length: length, quotient, stride: length, c.output, stride: length, into: dots)
          c.kernels.scale(-1, dots, into: dt.slice, accumulate: dt.accumulates)
        }
        if let dx = c.inputGradient(0) {
          c.kernels.scale(1, quotient, into: dx.slice, accumulate: dx.accumulates)
        }
      })
  }
}
