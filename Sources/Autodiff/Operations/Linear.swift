import Tensors

extension Variable {
  /// y = x·W (+ b) at every grid point: a pointwise linear map, also known as 1×1 convolution.
  ///
  /// - Parameters:
  ///   - weight: `[Cin, Cout]`.
  ///   - bias: `[Cout]`.
  public func linear(weight: Parameter, bias: Parameter? = nil) -> Variable {
    precondition(
      weight.shape.count == 2 && weight.shape[0] == shape.channels, "\(weight.name) does not fit \(shape)")
    let (inputs, outputs, rows) = (weight.shape[0], weight.shape[1], shape.rows)
    return graph.record(
      "linear", inputs: [self], output: shape.with(channels: outputs),
      parameters: [weight] + (bias.map { [$0] } ?? []),
      keepsInputs: [0], backwardScratch: [inputs * outputs],
      flops: .product(Double(rows * inputs * outputs)),
      forward: { c in
        c.kernels.multiply(
          .init(c.input(0), rows: rows, columns: inputs),
          .init(c.parameter(0), rows: inputs, columns: outputs),
          into: .init(c.output, rows: rows, columns: outputs), bias == nil ? .zero : .row(c.parameter(1)),
          ahead: [.left, .result])
      },
      backward: { c in
        let dy = Kernels.Matrix(c.outputGradient, rows: rows, columns: outputs)
        let dw = c.parameterGradient(0)
        c.kernels.multiply(
          Kernels.Matrix(c.input(0), rows: rows, columns: inputs).transposed, dy,
          into: .init(dw.slice, rows: inputs, columns: outputs), dw.accumulates ? .accumulate : .zero,
          ahead: [.left, .right])
        if bias != nil {
          let db = c.parameterGradient(1)
          c.kernels.columnSums(
            rows: rows, channels: outputs, c.outputGradient, into: db.slice, accumulate: db.accumulates)
        }
        if let dx = c.inputGradient(0) {
          c.kernels.transpose(rows: inputs, columns: outputs, c.parameter(0), into: c.scratch(0))
          c.kernels.multiply(
            dy, .init(c.scratch(0), rows: outputs, columns: inputs),
            into: .init(dx.slice, rows: rows, columns: inputs), dx.accumulates ? .accumulate : .zero,
            ahead: [.left, .result])
        }
      })
  }
}
