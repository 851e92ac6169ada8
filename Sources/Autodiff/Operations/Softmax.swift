import Tensors

extension Variable {
  /// Softmax over the channels of each point, or over each of `groups` parts of them.
  public func softmax(groups: Int = 1) -> Variable {
    precondition(shape.channels % groups == 0, "groups do not divide the channels")
    let (rows, length) = (shape.rows * groups, shape.channels / groups)
    return graph.record(
      "softmax", inputs: [self], output: shape, keepsOutput: true, forwardScratch: [rows, rows, rows],
      backwardScratch: [rows],
      forward: { c in
        let (level, sum) = (c.scratch(0), c.scratch(1))
        for i in 0..<rows { level[i] = -.infinity }
        c.kernels.clear(sum)
        c.kernels.copy(c.input(0), into: c.output)
        c.kernels.softmaxOnline(
          rows: rows, length: length, c.output, scale: 1, offset: nil, level: level, sum: sum,
          correction: c.scratch(2))
        c.kernels.scaleRows(rows: rows, length: length, c.output, stride: length, by: sum, dividing: true)
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        let dots = c.scratch(0)
        c.kernels.rowDots(
          rows: rows, length: length, c.output, stride: length, c.outputGradient, stride: length, into: dots)
        c.kernels.softmaxBackward(
          rows: rows, length: length, c.output, c.outputGradient, shift: dots, 1, into: dx.slice,
          accumulate: dx.accumulates)
      })
  }
}
