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
      keepsOutput: layer.keepsValue, saved: activation == .identity || layer.keepsValue ? [] : [output.count],
      forwardScratch: [
        layer.packsForward ? Kernels.packedCount(depth: layer.inputs, columns: layer.outputs) : 0
      ],
      backwardScratch: [
        max(layer.inputs * layer.outputs, Kernels.packedCount(depth: layer.outputs, columns: layer.inputs))
      ],
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

  /// Whether the weight is packed before it is used: where many rows share the work, and panels are not nearly empty.
  var packsForward: Bool { rows >= Kernels.rowsWorthPacking && outputs > Self.narrow }
  private var packsBackward: Bool { rows >= Kernels.rowsWorthPacking && inputs > Self.narrow }
  /// So few columns are products of another kind.
  private static let narrow = 3

  func forward(_ c: OperationContext) {
    for block in 0..<blocks {
      let w = weight(c.parameter(0), block)
      if packsForward {
        c.kernels.pack(
          .init(w, rows: inputs, columns: outputs), row: 0, depth: inputs, into: c.scratch(0))
      }
      c.kernels.dense(
        activation, input(c.input(0), block), by: packsForward ? .packed(c.scratch(0)) : .plain(w),
        into: output(c.output, block), derivative: derivative(c, block),
        hasBias ? .row(c.parameter(1).dropping(block * outputs)) : .zero)
    }
  }

  /// Whether backward takes the activation's slope from its value, so that no derivative is stored.
  var keepsValue: Bool { activation != .identity && activation.slopeFollowsFromValue }

  private func derivative(_ c: OperationContext, _ block: Int) -> Slice? {
    c.saved(0).map { $0.dropping(block * outputs) }
  }

  private func slope(_ c: OperationContext, _ block: Int) -> Kernels.Slope? {
    keepsValue
      ? .ofValue(activation, c.output.dropping(block * outputs)) : derivative(c, block).map { .stored($0) }
  }

  func backward(_ c: OperationContext) {
    let dz = c.outputGradient
    let (dw, db) = (
      isTrained.weight ? c.parameterGradient(0) : nil, isTrained.bias ? c.parameterGradient(1) : nil
    )
    for block in 0..<blocks {
      c.kernels.denseOuter(
        input(c.input(0), block), gradient: output(dz, block), slope: slope(c, block),
        weight: dw.map { .init(weight($0.slice, block), accumulates: $0.accumulates) },
        bias: db.map { .init($0.slice.dropping(block * outputs), accumulates: $0.accumulates) })
    }
    guard let dx = c.inputGradient(0) else { return }
    for block in 0..<blocks {
      let w = weight(c.parameter(0), block)
      if packsBackward {
        c.kernels.pack(
          Kernels.Matrix(w, rows: inputs, columns: outputs).transposed, row: 0, depth: outputs,
          into: c.scratch(0))
      } else {
        c.kernels.transpose(rows: inputs, columns: outputs, w, into: c.scratch(0))
      }
      c.kernels.dense(
        .identity, output(dz, block), by: packsBackward ? .packed(c.scratch(0)) : .plain(c.scratch(0)),
        into: input(dx.slice, block), dx.accumulates ? .accumulate : .zero)
    }
  }
}
