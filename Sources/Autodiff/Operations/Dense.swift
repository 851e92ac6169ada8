import Tensors

extension Variable {
  /// y = f(x·W + b) at every grid point: a layer of a multi-layer perceptron as one operation.
  ///
  /// With a weight of three axes the channels fall into blocks that do not mix: y_q = f(x_q·W_q + b_q), which is
  /// `blocks` independent networks side by side.
  ///
  /// - Parameters:
  ///   - weight: `[Cin, Cout]`, or `[blocks, Cin/blocks, Cout/blocks]`. One that is not trained gets no gradient.
  ///   - bias: `[Cout]`.
  public func dense(weight: Parameter, bias: Parameter? = nil, activation: Activation = .identity) -> Variable
  {
    let layer = DenseLayer(weight: weight, bias: bias, activation: activation, rows: shape.rows)
    precondition(layer.inputs * layer.blocks == shape.channels, "\(weight.name) does not fit \(shape)")
    precondition(
      bias.map { $0.count == layer.outputs * layer.blocks } ?? true, "\(weight.name): bias of another size")
    let output = shape.with(channels: layer.outputs * layer.blocks)
    return graph.record(
      "dense", inputs: [self], output: output, parameters: [weight] + (bias.map { [$0] } ?? []),
      keepsInputs: [0],
      residuals: activation == .identity ? [] : [output.count],
      backwardScratch: [layer.inputs * layer.outputs],
      flops: .product(Double(shape.rows * weight.count)),
      forward: layer.forward, backward: layer.backward)
  }
}

/// The two directions of ``Variable/dense(weight:bias:activation:)``.
private struct DenseLayer: Sendable {
  let blocks: Int
  /// Channels of one block.
  let inputs: Int
  let outputs: Int
  let rows: Int
  let hasBias: Bool
  let isTrained: (weight: Bool, bias: Bool)
  let activation: Activation

  init(weight: Parameter, bias: Parameter?, activation: Activation, rows: Int) {
    precondition((2...3).contains(weight.shape.count), "\(weight.name): shape [blocks,] Cin, Cout")
    blocks = weight.shape.count == 3 ? weight.shape[0] : 1
    inputs = weight.shape[weight.shape.count - 2]
    outputs = weight.shape[weight.shape.count - 1]
    hasBias = bias != nil
    isTrained = (weight.isTrained, bias?.isTrained ?? false)
    self.activation = activation
    self.rows = rows
  }

  private func input(_ x: Slice, _ block: Int) -> Kernels.Matrix {
    .init(x.dropping(block * inputs), rows: rows, columns: inputs, stride: blocks * inputs)
  }

  private func output(_ y: Slice, _ block: Int) -> Kernels.Matrix {
    .init(y.dropping(block * outputs), rows: rows, columns: outputs, stride: blocks * outputs)
  }

  private func weight(_ w: Slice, _ block: Int) -> Slice {
    w.dropping(block * inputs * outputs, length: inputs * outputs)
  }

  func forward(_ c: OperationContext) {
    for block in 0..<blocks {
      c.kernels.multiply(
        input(c.input(0), block), .init(weight(c.parameter(0), block), rows: inputs, columns: outputs),
        into: output(c.output, block), hasBias ? .row(c.parameter(1).dropping(block * outputs)) : .zero)
    }
    if activation != .identity {
      c.kernels.activateBoth(activation, c.output, into: c.output, derivative: c.residual(0))
    }
  }

  func backward(_ c: OperationContext) {
    let dz = c.outputGradient
    if activation != .identity { c.kernels.multiplyElements(dz, c.residual(0), into: dz) }
    if isTrained.weight {
      let dw = c.parameterGradient(0)
      for block in 0..<blocks {
        c.kernels.multiply(
          input(c.input(0), block).transposed, output(dz, block),
          into: .init(weight(dw.slice, block), rows: inputs, columns: outputs),
          dw.accumulates ? .accumulate : .zero)
      }
    }
    if isTrained.bias {
      let db = c.parameterGradient(1)
      c.kernels.columnSums(
        rows: rows, channels: blocks * outputs, dz, into: db.slice, accumulate: db.accumulates)
    }
    guard let dx = c.inputGradient(0) else { return }
    for block in 0..<blocks {
      c.kernels.transpose(
        rows: inputs, columns: outputs, weight(c.parameter(0), block), into: c.scratch(0))
      c.kernels.multiply(
        output(dz, block), .init(c.scratch(0), rows: outputs, columns: inputs), into: input(dx.slice, block),
        dx.accumulates ? .accumulate : .zero)
    }
  }
}
