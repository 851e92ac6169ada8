import Tensors

extension Variable {
  /// h = f(x) at every element.
  public func activated(_ f: Activation) -> Variable {
    if f == .identity { return self }
    return graph.record(
      f.rawValue, inputs: [self], output: shape, keepsInputs: [0],
      forward: { c in c.kernels.activate(f, c.input(0), into: c.output) },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        c.kernels.activateBackward(
          f, z: c.input(0), dh: c.outputGradient, into: dx.slice, accumulate: dx.accumulates)
      })
  }

  /// a·x + b·y, elementwise, for variables of one shape.
  public static func combination(_ a: Double, _ x: Variable, _ b: Double, _ y: Variable) -> Variable {
    precondition(x.shape == y.shape, "shapes \(x.shape) and \(y.shape) differ")
    return x.graph.record(
      "combination", inputs: [x, y], output: x.shape,
      forward: { c in
        c.kernels.scale(a, c.input(0), into: c.output)
        c.kernels.scale(b, c.input(1), into: c.output, accumulate: true)
      },
      backward: { c in
        for (index, factor) in [(0, a), (1, b)] {
          guard let dx = c.inputGradient(index) else { continue }
          c.kernels.scale(factor, c.outputGradient, into: dx.slice, accumulate: dx.accumulates)
        }
      })
  }

  /// x + y, elementwise.
  public static func + (x: Variable, y: Variable) -> Variable { combination(1, x, 1, y) }

  /// x − y, elementwise.
  public static func - (x: Variable, y: Variable) -> Variable { combination(1, x, -1, y) }

  /// x·y, elementwise, for variables of one shape.
  public static func * (x: Variable, y: Variable) -> Variable {
    precondition(x.shape == y.shape, "shapes \(x.shape) and \(y.shape) differ")
    return x.graph.record(
      "product", inputs: [x, y], output: x.shape, keepsInputs: [0, 1],
      forward: { c in c.kernels.multiplyElements(c.input(0), c.input(1), into: c.output) },
      backward: { c in
        for (index, other) in [(0, 1), (1, 0)] {
          guard let dx = c.inputGradient(index) else { continue }
          c.kernels.multiplyElements(
            c.outputGradient, c.input(other), into: dx.slice, accumulate: dx.accumulates)
        }
      })
  }

  /// a·x, elementwise.
  public func scaled(by a: Double) -> Variable {
    graph.record(
      "scaled", inputs: [self], output: shape,
      forward: { c in c.kernels.scale(a, c.input(0), into: c.output) },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        c.kernels.scale(a, c.outputGradient, into: dx.slice, accumulate: dx.accumulates)
      })
  }

  /// x·g with one factor per channel: soft gating.
  ///
  /// - Parameter gate: `[C]`.
  public func gated(by gate: Parameter) -> Variable {
    precondition(gate.count == shape.channels, "\(gate.name) does not fit \(shape)")
    let (rows, channels) = (shape.rows, shape.channels)
    return graph.record(
      "gated", inputs: [self], output: shape, parameters: [gate], keepsInputs: [0],
      forward: { c in
        c.kernels.gate(rows: rows, channels: channels, c.input(0), by: c.parameter(0), into: c.output)
      },
      backward: { c in
        let dg = c.parameterGradient(0)
        c.kernels.columnDots(
          rows: rows, channels: channels, c.outputGradient, c.input(0), into: dg.slice,
          accumulate: dg.accumulates)
        guard let dx = c.inputGradient(0) else { return }
        c.kernels.gate(
          rows: rows, channels: channels, c.outputGradient, by: c.parameter(0), into: dx.slice,
          accumulate: dx.accumulates)
      })
  }

  /// x·s + t with constants repeating over the batch: per channel, or per grid point and channel.
  public func affine(scale: HostBuffer, shift: HostBuffer) -> Variable {
    precondition(scale.count == shift.count)
    precondition(
      scale.count == shape.channels || scale.count == shape.sampleCount, "constants do not fit \(shape)")
    let zero = HostBuffer(count: shift.count, precision: graph.precision)
    return graph.record(
      "affine", inputs: [self], output: shape, constants: [scale, shift, zero],
      backwardScratch: [shape.count],
      forward: { c in c.kernels.affine(c.input(0), scale: c.constant(0), shift: c.constant(1), into: c.output)
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        let target = dx.accumulates ? c.scratch(0) : dx.slice
        c.kernels.affine(c.outputGradient, scale: c.constant(0), shift: c.constant(2), into: target)
        if dx.accumulates { c.kernels.scale(1, target, into: dx.slice, accumulate: true) }
      })
  }
}
