import Tensors

extension Graph {
  /// A field that is the same in every run: coordinates, say.
  ///
  /// - Parameter values: as many as the shape holds, channels last, of the graph's precision.
  public func constant(_ values: HostBuffer, _ shape: FieldShape) -> Variable {
    precondition(values.count == shape.count, "the constant does not fit \(shape)")
    return record(
      "constant", inputs: [], output: shape, constants: [values],
      forward: { c in c.kernels.copy(c.constant(0), into: c.output) }, backward: { _ in })
  }

  /// A parameter as a field that is the same for every sample: latent tokens, say.
  ///
  /// - Parameter shape: of the field; one sample has as many elements as the parameter, in its order.
  public func repeating(_ parameter: Parameter, as shape: FieldShape) -> Variable {
    precondition(parameter.count == shape.sampleCount, "\(parameter.name) does not fit \(shape)")
    let (batch, width) = (shape.batch, shape.sampleCount)
    return record(
      "repeating", inputs: [], output: shape, parameters: [parameter],
      forward: { c in
        c.kernels.copyRows(
          rows: batch, width: width, c.parameter(0), stride: 0, into: c.output, stride: width)
      },
      backward: { c in
        let target = c.parameterGradient(0)
        c.kernels.columnSums(
          rows: batch, channels: width, c.outputGradient, into: target.slice, accumulate: target.accumulates)
      })
  }
}

extension Variable {
  /// x·f with a field f that has one channel and one sample, or as many samples as x, and receives no gradient: a mask,
  /// or a function that vanishes on a boundary.
  public func masked(by f: Variable) -> Variable {
    precondition(
      f.shape.channels == 1 && f.shape.points == shape.points
        && (f.shape.batch == 1 || f.shape.batch == shape.batch),
      "\(f.shape) cannot mask \(shape)")
    let (channels, rows) = (shape.channels, f.shape.rows)
    let repeats = shape.rows / rows
    let expand: @Sendable (OperationContext) -> Slice = { c in
      if channels == 1 { return c.input(1) }
      for channel in 0..<channels {
        c.kernels.copyRows(
          rows: rows, width: 1, c.input(1), stride: 1, into: c.scratch(0).dropping(channel), stride: channels)
      }
      return c.scratch(0)
    }
    let scratch = [channels == 1 ? 0 : rows * channels]
    return graph.record(
      "masked", inputs: [self, f], output: shape, keepsInputs: [1], forwardScratch: scratch,
      backwardScratch: scratch,
      forward: { c in
        c.kernels.gate(rows: repeats, channels: rows * channels, c.input(0), by: expand(c), into: c.output)
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        c.kernels.gate(
          rows: repeats, channels: rows * channels, c.outputGradient, by: expand(c), into: dx.slice,
          accumulate: dx.accumulates)
      })
  }

  /// w·x with a trained number w.
  ///
  /// - Parameter weight: `[1]`.
  public func scaled(by weight: Parameter) -> Variable {
    precondition(weight.count == 1, "\(weight.name) is not one number")
    return graph.record(
      "scaledByWeight", inputs: [self], output: shape, parameters: [weight], keepsInputs: [0],
      forward: { c in c.kernels.scale(c.parameter(0)[0], c.input(0), into: c.output) },
      backward: { c in
        let dw = c.parameterGradient(0)
        dw.slice[0] = (dw.accumulates ? dw.slice[0] : 0) + c.kernels.dot(c.outputGradient, c.input(0))
        guard let dx = c.inputGradient(0) else { return }
        c.kernels.scale(c.parameter(0)[0], c.outputGradient, into: dx.slice, accumulate: dx.accumulates)
      })
  }
}
