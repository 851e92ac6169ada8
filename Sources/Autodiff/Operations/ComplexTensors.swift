import Tensors

/// Complex tensors as variables: the plane of all real parts, then the plane of all imaginary parts, each row-major.
/// They make weights from factors and never meet samples; shapes live in the calls, and the variable is `[1, n, 2]`.
extension Graph {
  /// A complex parameter, stored as one pair of planes, as a variable.
  public func complexValue(of parameter: Parameter) -> Variable {
    precondition(
      parameter.kind == .complexPairs(block: parameter.count / 2), "\(parameter.name): one pair of planes")
    return record(
      "complexValue", inputs: [], output: FieldShape(batch: 1, grid: [2], channels: parameter.count / 2),
      parameters: [parameter],
      forward: { c in c.kernels.copy(c.parameter(0), into: c.output) },
      backward: { c in
        let target = c.parameterGradient(0)
        c.kernels.scale(1, c.outputGradient, into: target.slice, accumulate: target.accumulates)
      })
  }
}

extension Variable {
  /// Y[o, i, n] = Σ_r A[i, r]·X[o, r, n] for complex tensors: the product along one axis.
  ///
  /// - Parameters:
  ///   - matrix: A, stored `[rows][contracted]`, or `[contracted][rows]` if `isTransposed`.
  ///   - rows: extent of i.
  ///   - contracted: extent of r.
  ///   - inner: extent of n, all axes behind r.
  public func complexProduct(
    _ matrix: Variable, rows: Int, contracted: Int, inner: Int, isTransposed: Bool = false
  ) -> Variable {
    let product = ComplexProduct(
      outer: shape.channels / (contracted * inner), rows: rows, contracted: contracted, inner: inner,
      isTransposed: isTransposed)
    precondition(product.outer * contracted * inner == shape.channels, "axes do not fill the tensor")
    precondition(matrix.shape.channels == rows * contracted, "the matrix has another size")
    return graph.record(
      "complexProduct", inputs: [self, matrix],
      output: shape.with(channels: product.outer * rows * inner), keepsInputs: [0, 1],
      forwardScratch: [2 * rows * contracted],
      backwardScratch: [2 * rows * contracted, 2 * max(rows, contracted) * inner],
      forward: product.forward, backward: product.backward)
  }

  /// Y[(m, n), q] = X[m, q]·B[n, q] for complex matrices: the columnwise Kronecker (Khatri–Rao) product.
  public func complexRowProducts(_ other: Variable, columns: Int) -> Variable {
    let products = RowProducts(
      left: shape.channels / columns, right: other.shape.channels / columns, columns: columns)
    precondition(
      products.left * columns == shape.channels && products.right * columns == other.shape.channels)
    return graph.record(
      "complexRowProducts", inputs: [self, other],
      output: shape.with(channels: products.left * products.right * columns), keepsInputs: [0, 1],
      backwardScratch: [2 * columns],
      forward: products.forward, backward: products.backward)
  }

  /// `[2][n][block]` to `[n][2][block]`: from two planes to pairs of blocks, the layout of spectral weights.
  public func complexPairs(block: Int) -> Variable {
    let (half, count) = (shape.channels, shape.channels / block)
    precondition(count * block == half, "blocks do not fill the tensor")
    return graph.record(
      "complexPairs", inputs: [self], output: shape,
      forward: { c in
        for part in 0..<2 {
          c.kernels.copyRows(
            rows: count, width: block, c.input(0).dropping(part * half), stride: block,
            into: c.output.dropping(part * block), stride: 2 * block)
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        for part in 0..<2 {
          c.kernels.copyRows(
            rows: count, width: block, c.outputGradient.dropping(part * block), stride: 2 * block,
            into: dx.slice.dropping(part * half), stride: block, accumulate: dx.accumulates)
        }
      })
  }
}

/// The two directions of ``Variable/complexProduct(_:rows:contracted:inner:isTransposed:)``.
private struct ComplexProduct: Sendable {
  let outer: Int
  let rows: Int
  let contracted: Int
  let inner: Int
  let isTransposed: Bool

  private func planes(_ slice: Slice, _ index: Int = 0, rows: Int, columns: Int) -> ComplexMatrix {
    let half = slice.count / 2
    return ComplexMatrix(
      real: slice.dropping(index * rows * columns, length: rows * columns),
      imaginary: slice.dropping(half + index * rows * columns, length: rows * columns), rows: rows,
      columns: columns)
  }

  /// A as rows × contracted, however it is stored.
  private func matrix(_ slice: Slice) -> ComplexMatrix {
    isTransposed
      ? planes(slice, rows: contracted, columns: rows).transposed
      : planes(slice, rows: rows, columns: contracted)
  }

  func forward(_ c: OperationContext) {
    let (x, a, y) = (c.input(0), c.input(1), c.output)
    if inner == 1 {
      // Y = X·Aᵀ in one product.
      let right = matrix(a).transposed.contiguous(c.kernels, c.scratch(0))
      planes(x, rows: outer, columns: contracted).multiply(
        c.kernels, right, into: planes(y, rows: outer, columns: rows), conjugate: .neither, accumulate: false)
      return
    }
    let left = matrix(a)
    for o in 0..<outer {
      left.multiply(
        c.kernels, planes(x, o, rows: contracted, columns: inner),
        into: planes(y, o, rows: rows, columns: inner),
        conjugate: .neither, accumulate: false)
    }
  }

  func backward(_ c: OperationContext) {
    let (x, a, dy) = (c.input(0), c.input(1), c.outputGradient)
    if let dx = c.inputGradient(0) { pullBack(c.kernels, a, dy, dx, c.scratch(0)) }
    guard let da = c.inputGradient(1) else { return }
    if inner == 1 {
      // dA = dYᵀ·X̄, and transposed X^H·dY.
      let (dyAll, xAll) = (
        planes(dy, rows: outer, columns: rows), planes(x, rows: outer, columns: contracted)
      )
      let (left, right) = isTransposed ? (xAll, dyAll) : (dyAll, xAll)
      left.transposed.multiply(
        c.kernels, right, into: planes(da.slice, rows: left.columns, columns: right.columns),
        conjugate: isTransposed ? .left : .right, accumulate: da.accumulates)
      return
    }
    for o in 0..<outer {
      let (dyO, xO) = (
        planes(dy, o, rows: rows, columns: inner), planes(x, o, rows: contracted, columns: inner)
      )
      let (left, right) = isTransposed ? (xO, dyO) : (dyO, xO)
      left.multiply(
        c.kernels, right.transposed.contiguous(c.kernels, c.scratch(1)),
        into: planes(da.slice, rows: left.rows, columns: right.rows),
        conjugate: isTransposed ? .left : .right, accumulate: da.accumulates || o > 0)
    }
  }

  /// dX = A^H·dY
  private func pullBack(
    _ k: Kernels, _ a: Slice, _ dy: Slice, _ dx: OperationContext.Target, _ scratch: Slice
  ) {
    if inner == 1 {
      planes(dy, rows: outer, columns: rows).multiply(
        k, matrix(a).contiguous(k, scratch), into: planes(dx.slice, rows: outer, columns: contracted),
        conjugate: .right, accumulate: dx.accumulates)
      return
    }
    let left = matrix(a).transposed
    for o in 0..<outer {
      left.multiply(
        k, planes(dy, o, rows: rows, columns: inner),
        into: planes(dx.slice, o, rows: contracted, columns: inner),
        conjugate: .left, accumulate: dx.accumulates)
    }
  }
}

/// The two directions of ``Variable/complexRowProducts(_:columns:)``.
private struct RowProducts: Sendable {
  let left: Int
  let right: Int
  let columns: Int

  func forward(_ c: OperationContext) {
    let k = c.kernels
    let (a, b, y) = (c.input(0), c.input(1), c.output)
    let size = right * columns
    for m in 0..<left {
      let (aRe, aIm) = (a.dropping(m * columns), a.dropping((left + m) * columns))
      let re = y.dropping(m * size, length: size)
      let im = y.dropping((left + m) * size, length: size)
      k.gate(rows: right, channels: columns, b.dropping(size), by: aIm, into: re)
      k.scale(-1, re, into: re)
      k.gate(rows: right, channels: columns, b, by: aRe, into: re, accumulate: true)
      k.gate(rows: right, channels: columns, b.dropping(size), by: aRe, into: im)
      k.gate(rows: right, channels: columns, b, by: aIm, into: im, accumulate: true)
    }
  }

  func backward(_ c: OperationContext) {
    let size = right * columns
    // One factor after the other, because both may be the same variable.
    if let da = c.inputGradient(0) {
      for m in 0..<left { pullBackToLeft(c, m, c.outputGradient.dropping(m * size), da) }
    }
    if let db = c.inputGradient(1) {
      for m in 0..<left { pullBackToRight(c, m, c.outputGradient.dropping(m * size), db) }
    }
  }

  /// dA[m, q] = Σ_n dY[(m, n), q]·B̄[n, q]
  private func pullBackToLeft(
    _ c: OperationContext, _ m: Int, _ dre: Slice, _ da: OperationContext.Target
  ) {
    let k = c.kernels
    let size = right * columns
    let dim = dre.dropping(left * size)
    let (bRe, bIm) = (c.input(1), c.input(1).dropping(size))
    let re = da.slice.dropping(m * columns, length: columns)
    let im = da.slice.dropping((left + m) * columns, length: columns)
    k.columnDots(rows: right, channels: columns, dre, bRe, into: re, accumulate: da.accumulates)
    k.columnDots(rows: right, channels: columns, dim, bIm, into: re, accumulate: true)
    // The term that is subtracted goes between two changes of sign.
    if da.accumulates { k.scale(-1, im, into: im) }
    k.columnDots(rows: right, channels: columns, dre, bIm, into: im, accumulate: da.accumulates)
    k.scale(-1, im, into: im)
    k.columnDots(rows: right, channels: columns, dim, bRe, into: im, accumulate: true)
  }

  /// dB[n, q] += Ā[m, q]·dY[(m, n), q]
  private func pullBackToRight(
    _ c: OperationContext, _ m: Int, _ dre: Slice, _ db: OperationContext.Target
  ) {
    let k = c.kernels
    let size = right * columns
    let dim = dre.dropping(left * size)
    let minus = c.scratch(0).dropping(0, length: columns)
    let aRe = c.input(0).dropping(m * columns)
    let aIm = c.input(0).dropping((left + m) * columns, length: columns)
    k.scale(-1, aIm, into: minus)
    let adds = db.accumulates || m > 0
    k.gate(rows: right, channels: columns, dre, by: aRe, into: db.slice, accumulate: adds)
    k.gate(rows: right, channels: columns, dim, by: aIm, into: db.slice, accumulate: true)
    k.gate(rows: right, channels: columns, dim, by: aRe, into: db.slice.dropping(size), accumulate: adds)
    k.gate(rows: right, channels: columns, dre, by: minus, into: db.slice.dropping(size), accumulate: true)
  }
}
