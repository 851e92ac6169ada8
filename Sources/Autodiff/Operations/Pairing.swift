import Tensors

extension Variable {
  /// The output of a DeepONet: what a branch says about a function, paired with what a trunk says about a point,
  ///
  ///     y[b, k, n] = Σ_j x[b, k·p + j] · t[n, j] + c[k]
  ///
  /// If the trunk has one sample, its points are those of all functions, and the whole is one matrix product of
  /// [B·K × p] and [p × N]. If it has as many samples as x, each function has points of its own.
  ///
  /// - Parameters:
  ///   - trunk: t, `[1 or B, p, N…]`.
  ///   - outputs: K.
  ///   - bias: c, `[K]`.
  /// - Returns: `[B, K, N…]`.
  public func paired(with trunk: Variable, outputs: Int, bias: Parameter? = nil) -> Variable {
    let (t, p) = (trunk.shape, trunk.shape.channels)
    precondition(shape.points == 1 && shape.channels == outputs * p, "\(shape) does not pair with \(t)")
    precondition(t.batch == 1 || t.batch == shape.batch, "\(shape) does not pair with \(t)")
    precondition(bias.map { $0.count == outputs } ?? true, "a bias of another size")
    let output = FieldShape(batch: shape.batch, grid: t.grid, channels: outputs)
    let parameters = bias.map { [$0] } ?? []
    let flops = Graph.Flops.product(Double(output.count * p))
    if t.batch == 1 && shape.batch > 1 || t.points > 1 && t.batch == 1 {
      let product = CommonPoints(
        batch: shape.batch, points: t.points, features: p, outputs: outputs, hasBias: bias != nil)
      let turned = outputs > 1 ? output.count : 0
      let packed = Kernels.packedCount(depth: max(p, t.points), columns: max(p, t.points))
      return graph.record(
        "pairing", inputs: [self, trunk], output: output, parameters: parameters, keepsInputs: [0, 1],
        forwardScratch: [packed, turned, t.points], backwardScratch: [packed, turned, t.points], flops: flops,
        forward: product.forward,
        backward: product.backward)
    }
    let product = OwnPoints(
      batch: shape.batch, points: t.points, features: p, outputs: outputs, hasBias: bias != nil)
    let scratch = product.isRowwise ? 0 : p * outputs
    return graph.record(
      "pairing", inputs: [self, trunk], output: output, parameters: parameters,
      keepsInputs: [0, 1], forwardScratch: [scratch], flops: flops,
      forward: product.forward,
      backward: product.backward)
  }
}

/// ``Variable/paired(with:outputs:bias:)`` at points that all functions share.
private struct CommonPoints: Sendable {
  let batch: Int
  let points: Int
  let features: Int
  let outputs: Int
  let hasBias: Bool

  private var rows: Int { batch * outputs }

  func forward(_ c: OperationContext) {
    let k = c.kernels
    k.pack(
      Kernels.Matrix(c.input(1), rows: points, columns: features).transposed, row: 0, depth: features,
      into: c.scratch(0))
    let y = outputs > 1 ? c.scratch(1) : c.output
    // With one output its bias is what every row starts from.
    let start: Kernels.Start
    if hasBias && outputs == 1 {
      k.copyRows(rows: points, width: 1, c.parameter(0), stride: 0, into: c.scratch(2), stride: 1)
      start = .row(c.scratch(2))
    } else {
      start = .zero
    }
    k.dense(
      .identity, .init(c.input(0), rows: rows, columns: features), by: .packed(c.scratch(0)),
      into: .init(y, rows: rows, columns: points), start)
    guard outputs > 1 else { return }
    for sample in 0..<batch {
      let start = sample * outputs * points
      k.transpose(rows: outputs, columns: points, y.dropping(start), into: c.output.dropping(start))
    }
    if hasBias { c.addBias(rows: batch * points, outputs: outputs) }
  }

  func backward(_ c: OperationContext) {
    let k = c.kernels
    if hasBias { pullBackBias(c) }
    let dy = outputs > 1 ? c.scratch(1) : c.outputGradient
    if outputs > 1 {
      for sample in 0..<batch {
        let start = sample * outputs * points
        k.transpose(
          rows: points, columns: outputs, c.outputGradient.dropping(start), into: dy.dropping(start))
      }
    }
    let gradient = Kernels.Matrix(dy, rows: rows, columns: points)
    if let dx = c.inputGradient(0) {
      k.pack(
        .init(c.input(1), rows: points, columns: features), row: 0, depth: points, into: c.scratch(0))
      k.dense(
        .identity, gradient, by: .packed(c.scratch(0)), into: .init(dx.slice, rows: rows, columns: features),
        dx.accumulates ? .accumulate : .zero)
    }
    if let dt = c.inputGradient(1) {
      k.denseOuter(
        gradient, gradient: .init(c.input(0), rows: rows, columns: features),
        weight: .init(dt.slice, accumulates: dt.accumulates))
    }
  }

  private func pullBackBias(_ c: OperationContext) {
    guard outputs == 1 else { return c.pullBackBias(rows: batch * points, outputs: outputs) }
    // Whole vectors first, so that the sum over one column is a short one.
    c.kernels.columnSums(rows: batch, channels: points, c.outputGradient, into: c.scratch(2))
    let db = c.parameterGradient(0)
    c.kernels.columnSums(
      rows: points, channels: 1, c.scratch(2), into: db.slice, accumulate: db.accumulates)
  }
}

/// ``Variable/paired(with:outputs:bias:)`` at points of each function's own.
private struct OwnPoints: Sendable {
  let batch: Int
  let points: Int
  let features: Int
  let outputs: Int
  let hasBias: Bool

  /// One number per sample: rows of x and t are multiplied all at once.
  var isRowwise: Bool { points * outputs == 1 }

  private func branch(_ x: Slice, _ sample: Int) -> Slice {
    x.dropping(sample * outputs * features, length: outputs * features)
  }

  private func trunk(_ t: Slice, _ sample: Int) -> Kernels.Matrix {
    .init(t.dropping(sample * points * features), rows: points, columns: features)
  }

  private func values(_ y: Slice, _ sample: Int) -> Kernels.Matrix {
    .init(y.dropping(sample * points * outputs), rows: points, columns: outputs)
  }

  func forward(_ c: OperationContext) {
    let k = c.kernels
    if isRowwise {
      k.rowDots(
        rows: batch, length: features, c.input(0), stride: features, c.input(1), stride: features,
        into: c.output)
    } else {
      for sample in 0..<batch {
        k.transpose(rows: outputs, columns: features, branch(c.input(0), sample), into: c.scratch(0))
        k.multiply(
          trunk(c.input(1), sample), .init(c.scratch(0), rows: features, columns: outputs),
          into: values(c.output, sample))
      }
    }
    if hasBias { c.addBias(rows: batch * points, outputs: outputs) }
  }

  func backward(_ c: OperationContext) {
    let k = c.kernels
    if hasBias { c.pullBackBias(rows: batch * points, outputs: outputs) }
    let (dx, dt) = (c.inputGradient(0), c.inputGradient(1))
    if isRowwise {
      for (target, other) in [(dx, c.input(1)), (dt, c.input(0))] {
        guard let target else { continue }
        k.scaledRows(
          rows: batch, length: features, other, by: c.outputGradient, into: target.slice,
          accumulate: target.accumulates)
      }
      return
    }
    for sample in 0..<batch {
      let dy = values(c.outputGradient, sample)
      let x = branch(c.input(0), sample)
      if let dx {
        k.multiply(
          dy.transposed, trunk(c.input(1), sample),
          into: .init(branch(dx.slice, sample), rows: outputs, columns: features),
          dx.accumulates ? .accumulate : .zero)
      }
      if let dt {
        k.multiply(
          dy, .init(x, rows: outputs, columns: features), into: trunk(dt.slice, sample),
          dt.accumulates ? .accumulate : .zero)
      }
    }
  }
}

extension OperationContext {
  fileprivate func addBias(rows: Int, outputs: Int) {
    kernels.copyRows(
      rows: rows, width: outputs, parameter(0), stride: 0, into: output, stride: outputs, accumulate: true)
  }

  fileprivate func pullBackBias(rows: Int, outputs: Int) {
    let db = parameterGradient(0)
    kernels.columnSums(
      rows: rows, channels: outputs, outputGradient, into: db.slice, accumulate: db.accumulates)
  }
}
