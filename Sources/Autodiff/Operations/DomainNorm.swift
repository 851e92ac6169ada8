import Tensors

extension Variable {
  /// Every channel of every sample by its mean and standard deviation over the domain, as integrals:
  ///
  ///     y = (x − ⟨x⟩)/√(⟨(x − ⟨x⟩)²⟩ + ε),   ⟨f⟩ = Σ_j w_j f_j
  ///
  /// Instance norm as a layer on functions: the same function on another grid, or with a point split in two, has the
  /// same statistics up to the error of the quadrature.
  ///
  /// - Parameters:
  ///   - weights: quadrature weights of the points, of the graph's precision and with the sum 1.
  ///   - epsilon: ε; 1e-5 as in PyTorch.
  public func domainNormalized(weights: HostBuffer, epsilon: Double = 1e-5) -> Variable {
    precondition(weights.count == shape.points, "one weight per point is needed")
    let norm = DomainNorm(
      batch: shape.batch, points: shape.points, channels: shape.channels, epsilon: epsilon)
    return graph.record(
      "domainNorm", inputs: [self], output: shape, constants: [weights], keepsOutput: true,
      residuals: [shape.batch * shape.channels], forwardScratch: [shape.sampleCount, shape.channels],
      backwardScratch: [shape.sampleCount, shape.channels, shape.channels],
      flops: Graph.Flops(forward: 7 * Double(shape.count), backward: 10 * Double(shape.count)),
      forward: norm.forward, backward: norm.backward)
  }
}

/// The two directions of ``Variable/domainNormalized(weights:epsilon:)``.
private struct DomainNorm: Sendable {
  let batch: Int
  let points: Int
  let channels: Int
  let epsilon: Double

  private var sampleCount: Int { points * channels }

  /// Σ_j w_j x_j
  private func integral(_ c: OperationContext, _ x: Slice, into sums: Slice) {
    c.kernels.multiply(
      .init(c.constant(0), rows: 1, columns: points), .init(x, rows: points, columns: channels),
      into: .init(sums, rows: 1, columns: channels))
  }

  func forward(_ c: OperationContext) {
    let k = c.kernels
    let (squares, sums) = (c.scratch(0), c.scratch(1))
    for sample in 0..<batch {
      let x = c.input(0).dropping(sample * sampleCount, length: sampleCount)
      let y = c.output.dropping(sample * sampleCount, length: sampleCount)
      let inverse = c.residual(0).dropping(sample * channels, length: channels)
      integral(c, x, into: sums)
      k.scale(-1, sums, into: sums)
      for i in 0..<channels { inverse[i] = 1 }
      k.affine(x, scale: inverse, shift: sums, into: y)
      k.multiplyElements(y, y, into: squares)
      integral(c, squares, into: sums)
      for i in 0..<channels { inverse[i] = 1 / (sums[i] + epsilon).squareRoot() }
      k.gate(rows: points, channels: channels, y, by: inverse, into: y)
    }
  }

  /// dx_j = (g_j − w_j (Σ g + y_j Σ g·y))/√(var + ε)
  func backward(_ c: OperationContext) {
    guard let dx = c.inputGradient(0) else { return }
    let k = c.kernels
    let (correction, sums, dots) = (c.scratch(0), c.scratch(1), c.scratch(2))
    for sample in 0..<batch {
      let y = c.output.dropping(sample * sampleCount, length: sampleCount)
      let g = c.outputGradient.dropping(sample * sampleCount, length: sampleCount)
      let inverse = c.residual(0).dropping(sample * channels, length: channels)
      k.columnSums(rows: points, channels: channels, g, into: sums)
      k.columnDots(rows: points, channels: channels, g, y, into: dots)
      k.affine(y, scale: dots, shift: sums, into: correction)
      k.scaleRows(rows: points, length: channels, correction, stride: channels, by: c.constant(0))
      k.scale(-1, correction, into: correction)
      k.scale(1, g, into: correction, accumulate: true)
      k.gate(
        rows: points, channels: channels, correction, by: inverse,
        into: dx.slice.dropping(sample * sampleCount), accumulate: dx.accumulates)
    }
  }
}
