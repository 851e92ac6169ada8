import Tensors

extension Variable {
  /// Σ_n w_n x_n over the grid, channel by channel: `[B, C, N…]` → `[B, C]`.
  ///
  /// - Parameter weights: quadrature weights of the points, of the graph's precision; 1/∏N unless given, the mean.
  public func integrated(weights: HostBuffer? = nil) -> Variable {
    let (batch, points, channels) = (shape.batch, shape.points, shape.channels)
    let rule = weights ?? HostBuffer(count: points, precision: graph.precision)
    precondition(rule.count == points, "one weight per point is needed")
    if weights == nil { for i in 0..<points { rule[i] = 1 / Double(points) } }
    return graph.record(
      "integral", inputs: [self], output: FieldShape(batch: batch, grid: [], channels: channels),
      constants: [rule],
      forward: { c in
        for sample in 0..<batch {
          c.kernels.multiply(
            .init(c.constant(0), rows: 1, columns: points),
            .init(c.input(0).dropping(sample * points * channels), rows: points, columns: channels),
            into: .init(c.output.dropping(sample * channels), rows: 1, columns: channels))
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        for sample in 0..<batch {
          c.kernels.multiply(
            .init(c.constant(0), rows: points, columns: 1),
            .init(c.outputGradient.dropping(sample * channels), rows: 1, columns: channels),
            into: .init(dx.slice.dropping(sample * points * channels), rows: points, columns: channels),
            dx.accumulates ? .accumulate : .zero)
        }
      })
  }

  /// x·s with one factor per sample and channel, as a network of the sample's numbers gives it (FiLM).
  ///
  /// - Parameter factors: s, `[B, C]` without a grid.
  public func multiplied(bySample factors: Variable) -> Variable {
    let (batch, points, channels) = (shape.batch, shape.points, shape.channels)
    precondition(factors.shape == shape.with(grid: []), "\(factors.shape) is not one number per channel")
    return graph.record(
      "modulated", inputs: [self, factors], output: shape, keepsInputs: [0, 1],
      forward: { c in
        for sample in 0..<batch {
          c.kernels.gate(
            rows: points, channels: channels, c.input(0).dropping(sample * points * channels),
            by: c.input(1).dropping(sample * channels), into: c.output.dropping(sample * points * channels))
        }
      },
      backward: { c in
        let (dx, ds) = (c.inputGradient(0), c.inputGradient(1))
        for sample in 0..<batch {
          let (field, vector) = (sample * points * channels, sample * channels)
          let g = c.outputGradient.dropping(field)
          if let dx {
            c.kernels.gate(
              rows: points, channels: channels, g, by: c.input(1).dropping(vector),
              into: dx.slice.dropping(field), accumulate: dx.accumulates)
          }
          if let ds {
            c.kernels.columnDots(
              rows: points, channels: channels, g, c.input(0).dropping(field),
              into: ds.slice.dropping(vector), accumulate: ds.accumulates)
          }
        }
      })
  }

  /// x + t with one number per sample and channel; see ``multiplied(bySample:)``.
  public func adding(bySample terms: Variable) -> Variable {
    let (batch, points, channels) = (shape.batch, shape.points, shape.channels)
    precondition(terms.shape == shape.with(grid: []), "\(terms.shape) is not one number per channel")
    let ones = HostBuffer(count: points, precision: graph.precision)
    for i in 0..<points { ones[i] = 1 }
    return graph.record(
      "shifted", inputs: [self, terms], output: shape, constants: [ones],
      forward: { c in
        c.kernels.copy(c.input(0), into: c.output)
        for sample in 0..<batch {
          c.kernels.multiply(
            .init(c.constant(0), rows: points, columns: 1),
            .init(c.input(1).dropping(sample * channels), rows: 1, columns: channels),
            into: .init(c.output.dropping(sample * points * channels), rows: points, columns: channels),
            .accumulate)
        }
      },
      backward: { c in
        if let dx = c.inputGradient(0) {
          c.kernels.scale(1, c.outputGradient, into: dx.slice, accumulate: dx.accumulates)
        }
        guard let dt = c.inputGradient(1) else { return }
        for sample in 0..<batch {
          c.kernels.columnSums(
            rows: points, channels: channels, c.outputGradient.dropping(sample * points * channels),
            into: dt.slice.dropping(sample * channels), accumulate: dt.accumulates)
        }
      })
  }
}
