import Tensors

extension Variable {
  /// y[f, c] = Σ_n Φ[n, f]·x[n, c]: inner products of every channel with functions given on the grid.
  ///
  /// - Parameter matrix: Φ, `[points][functions]`, quadrature weights included.
  /// - Returns: `[B, C, functions]`.
  public func projected(on matrix: HostBuffer, functions: Int) -> Variable {
    let (batch, points, channels) = (shape.batch, shape.points, shape.channels)
    precondition(matrix.count == points * functions, "the functions do not fit the grid of \(shape)")
    return graph.record(
      "projection", inputs: [self], output: FieldShape(batch: batch, grid: [functions], channels: channels),
      constants: [matrix],
      forward: { c in
        let phi = Kernels.Matrix(c.constant(0), rows: points, columns: functions).transposed
        for s in 0..<batch {
          c.kernels.multiply(
            phi, .init(c.input(0).dropping(s * points * channels), rows: points, columns: channels),
            into: .init(c.output.dropping(s * functions * channels), rows: functions, columns: channels))
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        let phi = Kernels.Matrix(c.constant(0), rows: points, columns: functions)
        for s in 0..<batch {
          c.kernels.multiply(
            phi,
            .init(c.outputGradient.dropping(s * functions * channels), rows: functions, columns: channels),
            into: .init(dx.slice.dropping(s * points * channels), rows: points, columns: channels),
            dx.accumulates ? .accumulate : .zero)
        }
      })
  }

  /// The values at the first point of the grid.
  public var firstPoint: Variable {
    let (batch, size, channels) = (shape.batch, shape.sampleCount, shape.channels)
    return graph.record(
      "firstPoint", inputs: [self], output: FieldShape(batch: batch, grid: [], channels: channels),
      forward: { c in
        c.kernels.copyRows(
          rows: batch, width: channels, c.input(0), stride: size, into: c.output, stride: channels)
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        dx.prepareToAdd(c.kernels)
        c.kernels.copyRows(
          rows: batch, width: channels, c.outputGradient, stride: channels, into: dx.slice, stride: size,
          accumulate: true)
      })
  }
}
