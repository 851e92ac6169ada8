import Tensors

extension Variable {
  /// Multi-head attention without a softmax, as an integral whose cost grows linearly with the points:
  ///
  ///     y_i = q_i·Σ_j w_j k_j ⊗ v_j,   divided by q_i·Σ_j w_j k_j where `normalized`, in every head.
  ///
  /// Galerkin attention applies layer norm to keys and values first, Fourier attention to queries and keys (S. Cao, Choose a
  /// Transformer, NeurIPS 2021, equations 8 and 9, in the order that is linear for both); kernel feature maps are
  /// activations of queries and keys, and want the normalised form.
  ///
  /// - Parameters:
  ///   - keys: `[B, H·D, …]` like the queries, on any grid.
  ///   - values: `[B, H·E, …]` on the grid of the keys.
  ///   - weights: quadrature weights w_j of the keys' points, of the graph's precision; 1/P unless given.
  public func linearAttention(
    keys: Variable, values: Variable, heads: Int, weights: HostBuffer? = nil, normalized: Bool = false
  ) -> Variable {
    precondition(
      shape.channels % heads == 0 && values.shape.channels % heads == 0, "heads divide the channels")
    precondition(keys.shape.channels == shape.channels && keys.shape.batch == shape.batch)
    precondition(values.shape.grid == keys.shape.grid && values.shape.batch == shape.batch)
    let points = keys.shape.points
    let rule = weights ?? HostBuffer(count: points, precision: graph.precision)
    precondition(rule.count == points, "one weight per point is needed")
    if weights == nil { for i in 0..<points { rule[i] = 1 / Double(points) } }
    let attention = LinearAttention(
      batch: shape.batch, queries: shape.points, keys: points, heads: heads, width: shape.channels / heads,
      valueWidth: values.shape.channels / heads, normalized: normalized)
    return graph.record(
      "linearAttention", inputs: [self, keys, values], output: shape.with(channels: values.shape.channels),
      constants: [rule], keepsInputs: [0, 1, 2], keepsOutput: normalized, residuals: attention.residuals,
      forwardScratch: attention.scratch, backwardScratch: attention.scratch + attention.backwardScratch,
      flops: .product(attention.multiplications), forward: attention.forward, backward: attention.backward)
  }
}

/// The two directions of ``Variable/linearAttention(keys:values:heads:weights:normalized:)``. With `normalized` the values
/// have a column of ones, whose result is the denominator.
private struct LinearAttention: Sendable {
  let batch: Int
  let queries: Int
  let keys: Int
  let heads: Int
  let width: Int
  let valueWidth: Int
  let normalized: Bool

  private var columns: Int { valueWidth + (normalized ? 1 : 0) }
  private var rowWidth: Int { heads * width }
  private var valueRow: Int { heads * valueWidth }

  /// The matrices Σ w k ⊗ v, and the denominators.
  var residuals: [Int] {
    [batch * heads * width * columns] + (normalized ? [batch * heads * queries] : [])
  }
  /// Of the moments and of the queries' products with them.
  var multiplications: Double { Double(batch * heads * (keys + queries) * width * columns) }
  var scratch: [Int] { [keys * columns, queries * columns] }
  var backwardScratch: [Int] { [width * columns, width * columns, keys * columns, queries] }

  private func forEachHead(_ body: (_ sample: Int, _ head: Int) -> Void) {
    for sample in 0..<batch { for head in 0..<heads { body(sample, head) } }
  }

  private func part(_ x: Slice, _ sample: Int, _ points: Int, _ row: Int, _ head: Int, _ width: Int) -> Slice
  {
    x.dropping(sample * points * row + head * width)
  }

  private func queryMatrix(_ x: Slice, _ sample: Int, _ head: Int) -> Kernels.Matrix {
    .init(part(x, sample, queries, rowWidth, head, width), rows: queries, columns: width, stride: rowWidth)
  }

  private func keyMatrix(_ x: Slice, _ sample: Int, _ head: Int) -> Kernels.Matrix {
    .init(part(x, sample, keys, rowWidth, head, width), rows: keys, columns: width, stride: rowWidth)
  }

  /// [w v | w] of a head.
  private func weightedValues(_ c: OperationContext, _ sample: Int, _ head: Int) -> Kernels.Matrix {
    let values = c.scratch(0)
    c.kernels.copyRows(
      rows: keys, width: valueWidth, part(c.input(2), sample, keys, valueRow, head, valueWidth),
      stride: valueRow, into: values, stride: columns)
    c.kernels.scaleRows(rows: keys, length: valueWidth, values, stride: columns, by: c.constant(0))
    if normalized {
      c.kernels.copyRows(
        rows: keys, width: 1, c.constant(0), stride: 1, into: values.dropping(valueWidth), stride: columns)
    }
    return .init(values, rows: keys, columns: columns)
  }

  private func moments(_ c: OperationContext, _ sample: Int, _ head: Int) -> Slice {
    c.residual(0).dropping((sample * heads + head) * width * columns, length: width * columns)
  }

  private func denominators(_ c: OperationContext, _ sample: Int, _ head: Int) -> Slice {
    c.residual(1).dropping((sample * heads + head) * queries, length: queries)
  }

  func forward(_ c: OperationContext) {
    forEachHead { sample, head in
      let moments = Kernels.Matrix(moments(c, sample, head), rows: width, columns: columns)
      c.kernels.multiply(
        keyMatrix(c.input(1), sample, head).transposed, weightedValues(c, sample, head), into: moments)
      let y = part(c.output, sample, queries, valueRow, head, valueWidth)
      let q = queryMatrix(c.input(0), sample, head)
      guard normalized else {
        return c.kernels.multiply(
          q, moments, into: .init(y, rows: queries, columns: columns, stride: valueRow))
      }
      let both = c.scratch(1)
      c.kernels.multiply(q, moments, into: .init(both, rows: queries, columns: columns))
      let denominators = denominators(c, sample, head)
      c.kernels.copyRows(
        rows: queries, width: 1, both.dropping(valueWidth), stride: columns, into: denominators, stride: 1)
      c.kernels.copyRows(
        rows: queries, width: valueWidth, both, stride: columns, into: y, stride: valueRow)
      c.kernels.scaleRows(
        rows: queries, length: valueWidth, y, stride: valueRow, by: denominators, dividing: true)
    }
  }

  /// The gradient of [numerator | denominator].
  private func resultGradient(_ c: OperationContext, _ sample: Int, _ head: Int) -> Kernels.Matrix {
    let g = part(c.outputGradient, sample, queries, valueRow, head, valueWidth)
    guard normalized else { return .init(g, rows: queries, columns: columns, stride: valueRow) }
    let (both, dots) = (c.scratch(1), c.scratch(5))
    c.kernels.copyRows(rows: queries, width: valueWidth, g, stride: valueRow, into: both, stride: columns)
    c.kernels.rowDots(
      rows: queries, length: valueWidth, g, stride: valueRow,
      part(c.output, sample, queries, valueRow, head, valueWidth), stride: valueRow, into: dots)
    c.kernels.scale(-1, dots, into: dots)
    c.kernels.copyRows(
      rows: queries, width: 1, dots, stride: 1, into: both.dropping(valueWidth), stride: columns)
    c.kernels.scaleRows(
      rows: queries, length: columns, both, stride: columns, by: denominators(c, sample, head), dividing: true
    )
    return .init(both, rows: queries, columns: columns)
  }

  func backward(_ c: OperationContext) {
    let k = c.kernels
    let (slopes, transposed, dValues) = (c.scratch(2), c.scratch(3), c.scratch(4))
    let targets = (c.inputGradient(0), c.inputGradient(1), c.inputGradient(2))
    // Two of the three may be one variable: everything adds from here on.
    targets.0?.prepareToAdd(k)
    targets.1?.prepareToAdd(k)
    targets.2?.prepareToAdd(k)
    forEachHead { sample, head in
      let g = resultGradient(c, sample, head)
      let dMoments = Kernels.Matrix(slopes, rows: width, columns: columns)
      k.multiply(queryMatrix(c.input(0), sample, head).transposed, g, into: dMoments)
      if let dq = targets.0 {
        k.transpose(rows: width, columns: columns, moments(c, sample, head), into: transposed)
        k.multiply(
          g, .init(transposed, rows: columns, columns: width), into: queryMatrix(dq.slice, sample, head),
          .accumulate)
      }
      if let dk = targets.1 {
        k.transpose(rows: width, columns: columns, slopes, into: transposed)
        k.multiply(
          weightedValues(c, sample, head), .init(transposed, rows: columns, columns: width),
          into: keyMatrix(dk.slice, sample, head), .accumulate)
      }
      if let dv = targets.2 {
        k.multiply(
          keyMatrix(c.input(1), sample, head), dMoments, into: .init(dValues, rows: keys, columns: columns))
        k.scaleRows(rows: keys, length: valueWidth, dValues, stride: columns, by: c.constant(0))
        k.copyRows(
          rows: keys, width: valueWidth, dValues, stride: columns,
          into: part(dv.slice, sample, keys, valueRow, head, valueWidth), stride: valueRow, accumulate: true)
      }
    }
  }
}
