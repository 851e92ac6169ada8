import Tensors

extension Variable {
  /// The channels `range` of x.
  public func channels(_ range: Range<Int>) -> Variable {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape.channels && !range.isEmpty, "no such channels")
    if range.count == shape.channels { return self }
    let (rows, width, all) = (shape.rows, range.count, shape.channels)
    return graph.record(
      "channels", inputs: [self], output: shape.with(channels: width),
      forward: { c in
        c.kernels.copyRows(
          rows: rows, width: width, c.input(0).dropping(range.lowerBound), stride: all, into: c.output,
          stride: width)
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        dx.prepareToAdd(c.kernels)
        c.kernels.copyRows(
          rows: rows, width: width, c.outputGradient, stride: width,
          into: dx.slice.dropping(range.lowerBound),
          stride: all, accumulate: true)
      })
  }

  /// x's channels followed by those of `other`.
  public func concatenated(with other: Variable) -> Variable {
    precondition(shape.batch == other.shape.batch && shape.grid == other.shape.grid, "grids differ")
    let (rows, left, right) = (shape.rows, shape.channels, other.shape.channels)
    let parts = [(index: 0, start: 0, width: left), (index: 1, start: left, width: right)]
    return graph.record(
      "concatenated", inputs: [self, other], output: shape.with(channels: left + right),
      forward: { c in
        for part in parts {
          c.kernels.copyRows(
            rows: rows, width: part.width, c.input(part.index), stride: part.width,
            into: c.output.dropping(part.start), stride: left + right)
        }
      },
      backward: { c in
        for part in parts {
          guard let dx = c.inputGradient(part.index) else { continue }
          c.kernels.copyRows(
            rows: rows, width: part.width, c.outputGradient.dropping(part.start), stride: left + right,
            into: dx.slice, stride: part.width, accumulate: dx.accumulates)
        }
      })
  }

  /// x's channels followed by constants of the grid, the same for every sample: coordinates, say.
  ///
  /// - Parameter constants: `[points][count]`, of the graph's precision.
  public func appending(gridConstants constants: HostBuffer, count: Int) -> Variable {
    precondition(constants.count == shape.points * count, "constants do not fit the grid")
    let (batch, points, width) = (shape.batch, shape.points, shape.channels)
    let all = width + count
    return graph.record(
      "appendingConstants", inputs: [self], output: shape.with(channels: all), constants: [constants],
      forward: { c in
        c.kernels.copyRows(
          rows: batch * points, width: width, c.input(0), stride: width, into: c.output, stride: all)
        for sample in 0..<batch {
          c.kernels.copyRows(
            rows: points, width: count, c.constant(0), stride: count,
            into: c.output.dropping(sample * points * all + width), stride: all)
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        c.kernels.copyRows(
          rows: batch * points, width: width, c.outputGradient, stride: all, into: dx.slice, stride: width,
          accumulate: dx.accumulates)
      })
  }
}
