import Tensors

extension Variable {
  /// A two-layer network at every grid point as a single operation:
  ///
  ///     y = f₂( f₁(f₀(x)·W₁ + b₁)·W₂ + b₂ + g ⊙ s )
  ///
  /// with an optional gated skip (gate g per channel, skip field s). f₀(x) and the hidden values live only in cache:
  /// backward computes them again, which costs less than writing and reading them. So an activation that nothing else
  /// reads is better left to the network behind it.
  ///
  /// - Parameters:
  ///   - first: W₁ `[Cin, H]` and b₁ `[H]`.
  ///   - second: W₂ `[H, Cout]` and b₂ `[Cout]`.
  ///   - skip: s, of the output's shape, and g `[Cout]`.
  public func pointwiseMLP(
    first: (weight: Parameter, bias: Parameter), activation: Activation,
    second: (weight: Parameter, bias: Parameter),
    skip: (field: Variable, gate: Parameter)? = nil, inputActivation: Activation = .identity,
    outputActivation: Activation = .identity
  ) -> Variable {
    let (inputs, hidden, outputs) = (first.weight.shape[0], first.weight.shape[1], second.weight.shape[1])
    precondition(inputs == shape.channels, "\(first.weight.name) does not fit \(shape)")
    precondition(
      second.weight.shape[0] == hidden && first.bias.count == hidden && second.bias.count == outputs)
    let output = shape.with(channels: outputs)
    precondition(skip.map { $0.field.shape == output && $0.gate.count == outputs } ?? true)
    let mlp = PointwiseMLP(
      rows: shape.rows, inputs: inputs, hidden: hidden, outputs: outputs, inputActivation: inputActivation,
      activation: activation, outputActivation: outputActivation, hasSkip: skip != nil)
    let tile = mlp.tile
    let activated = inputActivation == .identity ? 0 : tile * inputs
    return graph.record(
      "pointwiseMLP", inputs: [self] + (skip.map { [$0.field] } ?? []), output: output,
      parameters: [first.weight, first.bias, second.weight, second.bias] + (skip.map { [$0.gate] } ?? []),
      keepsInputs: skip == nil ? [0] : [0, 1], forwardScratch: [tile * hidden, activated],
      backwardScratch: [
        tile * hidden, tile * hidden, tile * outputs, tile * hidden, hidden * inputs, outputs * hidden,
        activated, activated,
      ],
      flops: mlp.flops,
      forward: mlp.forward, backward: mlp.backward)
  }
}

/// The two directions of ``Variable/pointwiseMLP(first:activation:second:skip:inputActivation:outputActivation:)``.
private struct PointwiseMLP: Sendable {
  let rows: Int
  let inputs: Int
  let hidden: Int
  let outputs: Int
  let inputActivation: Activation
  let activation: Activation
  let outputActivation: Activation
  let hasSkip: Bool

  /// Rows worked on at a time: about half of a first-level cache for the hidden values, in whole tiles of the kernels.
  var tile: Int { min(rows, max(12, min(4096 / hidden, 132) / 12 * 12)) }

  /// Two products and the activation; backward computes the hidden values again.
  var flops: Graph.Flops {
    let products = 2 * Double(rows * hidden * (inputs + outputs))
    let elements = Double(rows * hidden)
    let again = 2 * Double(rows * hidden * inputs)
    return Graph.Flops(forward: products + elements, backward: 2 * products + again + 2 * elements)
  }

  private func forEachTile(_ body: (_ start: Int, _ count: Int) -> Void) {
    var start = 0
    while start < rows {
      let count = min(tile, rows - start)
      body(start, count)
      start += count
    }
  }

  /// f₀(x) of a tile, in `room` unless it is x itself, and f₀′ where asked for.
  private func activated(
    _ c: OperationContext, _ start: Int, _ count: Int, room: Slice, derivative: Slice? = nil
  ) -> Kernels.Matrix {
    let x = c.input(0).dropping(start * inputs, length: count * inputs)
    if inputActivation == .identity { return .init(x, rows: count, columns: inputs) }
    if let derivative {
      c.kernels.activateBoth(inputActivation, x, into: room, derivative: derivative)
    } else {
      c.kernels.activate(inputActivation, x, into: room)
    }
    return .init(room, rows: count, columns: inputs)
  }

  /// h = f₁(x·W₁ + b₁) of a tile of f₀(x), and f₁′ where asked for.
  private func hiddenValues(_ c: OperationContext, _ x: Kernels.Matrix, _ h: Slice, derivative: Slice?) {
    c.kernels.multiply(
      x, .init(c.parameter(0), rows: inputs, columns: hidden), into: .init(h, rows: x.rows, columns: hidden),
      .row(c.parameter(1)), ahead: inputActivation == .identity ? .left : [])
    let h = h.dropping(0, length: x.rows * hidden)
    if let derivative {
      c.kernels.activateBoth(activation, h, into: h, derivative: derivative)
    } else {
      c.kernels.activate(activation, h, into: h)
    }
  }

  /// h·W₂ + b₂ of a tile.
  private func ungated(
    _ c: OperationContext, _ count: Int, _ h: Slice, _ z: Slice, ahead: Kernels.Ahead = []
  ) {
    c.kernels.multiply(
      .init(h, rows: count, columns: hidden), .init(c.parameter(2), rows: hidden, columns: outputs),
      into: .init(z, rows: count, columns: outputs), .row(c.parameter(3)), ahead: ahead)
  }

  func forward(_ c: OperationContext) {
    let (h, room) = (c.scratch(0), c.scratch(1))
    forEachTile { start, count in
      hiddenValues(c, activated(c, start, count, room: room), h, derivative: nil)
      let y = c.output.dropping(start * outputs, length: count * outputs)
      ungated(c, count, h, y, ahead: .result)
      if hasSkip {
        c.kernels.activateGated(
          outputActivation, rows: count, channels: outputs, y, plus: c.input(1).dropping(start * outputs),
          by: c.parameter(4), into: y)
      } else if outputActivation != .identity {
        c.kernels.activate(outputActivation, y, into: y)
      }
    }
  }

  func backward(_ c: OperationContext) {
    let k = c.kernels
    let (h, derivative, z, dh) = (c.scratch(0), c.scratch(1), c.scratch(2), c.scratch(3))
    let (firstTransposed, secondTransposed) = (c.scratch(4), c.scratch(5))
    let (room, slope) = (c.scratch(6), c.scratch(7))
    k.transpose(rows: inputs, columns: hidden, c.parameter(0), into: firstTransposed)
    k.transpose(rows: hidden, columns: outputs, c.parameter(2), into: secondTransposed)
    let (dFirst, dFirstBias) = (c.parameterGradient(0), c.parameterGradient(1))
    let (dSecond, dSecondBias) = (c.parameterGradient(2), c.parameterGradient(3))
    let gate = hasSkip ? c.parameterGradient(4) : nil
    forEachTile { start, count in
      let later = start > 0
      let x = activated(c, start, count, room: room, derivative: slope)
      hiddenValues(c, x, h, derivative: derivative)
      let dz = c.outputGradient.dropping(start * outputs, length: count * outputs)
      if outputActivation != .identity {
        ungated(c, count, h, z)
        let z = z.dropping(0, length: count * outputs)
        if hasSkip {
          k.activateGatedBackward(
            outputActivation, rows: count, channels: outputs, z, plus: c.input(1).dropping(start * outputs),
            by: c.parameter(4), dh: dz, into: dz)
        } else {
          k.activateBackward(outputActivation, z: z, dh: dz, into: dz)
        }
      }
      let hMatrix = Kernels.Matrix(h, rows: count, columns: hidden)
      let dzMatrix = Kernels.Matrix(dz, rows: count, columns: outputs)
      k.multiply(
        hMatrix.transposed, dzMatrix, into: .init(dSecond.slice, rows: hidden, columns: outputs),
        dSecond.accumulates || later ? .accumulate : .zero,
        ahead: outputActivation == .identity ? .right : [])
      k.columnSums(
        rows: count, channels: outputs, dz, into: dSecondBias.slice,
        accumulate: dSecondBias.accumulates || later)
      let dhMatrix = Kernels.Matrix(dh, rows: count, columns: hidden)
      k.multiply(dzMatrix, .init(secondTransposed, rows: outputs, columns: hidden), into: dhMatrix)
      let da = dh.dropping(0, length: count * hidden)
      k.multiplyElements(da, derivative, into: da)
      k.multiply(
        x.transposed, dhMatrix, into: .init(dFirst.slice, rows: inputs, columns: hidden),
        dFirst.accumulates || later ? .accumulate : .zero)
      k.columnSums(
        rows: count, channels: hidden, da, into: dFirstBias.slice, accumulate: dFirstBias.accumulates || later
      )
      if let dx = c.inputGradient(0) {
        let weight = Kernels.Matrix(firstTransposed, rows: hidden, columns: inputs)
        let tile = dx.slice.dropping(start * inputs, length: count * inputs)
        if inputActivation == .identity {
          k.multiply(
            dhMatrix, weight, into: .init(tile, rows: count, columns: inputs),
            dx.accumulates ? .accumulate : .zero, ahead: .result)
        } else {
          k.multiply(dhMatrix, weight, into: .init(room, rows: count, columns: inputs))
          k.multiplyElements(
            room.dropping(0, length: count * inputs), slope, into: tile, accumulate: dx.accumulates)
        }
      }
      // After the gradient of input 0, which may be the same variable.
      guard let gate else { return }
      let s = c.input(1).dropping(start * outputs, length: count * outputs)
      k.columnDots(
        rows: count, channels: outputs, dz, s, into: gate.slice, accumulate: gate.accumulates || later)
      if let ds = c.inputGradient(1) {
        k.gate(
          rows: count, channels: outputs, dz, by: c.parameter(4), into: ds.slice.dropping(start * outputs),
          accumulate: ds.accumulates)
      }
    }
  }
}
