import Tensors

extension Variable {
  /// Layer norm of a function: mean and variance over the domain and the channels of each of `groups` parts of them,
  ///
  ///     y = γ ⊙ (x − ⟨x⟩)/√(⟨(x − ⟨x⟩)²⟩ + ε) + β,   ⟨f⟩ = the mean over the part's channels of Σ_j w_j f_j
  ///
  /// As many groups as channels is instance norm. The same function on another grid, or with a point split in two, has
  /// the same statistics up to the error of the quadrature.
  ///
  /// - Parameters:
  ///   - weights: quadrature weights of the points, of the graph's precision and with the sum 1.
  ///   - affine: γ and β, `[C]` each.
  ///   - epsilon: ε; 1e-5 as in PyTorch.
  public func domainNormalized(
    weights: HostBuffer, groups: Int, affine: (scale: Parameter, shift: Parameter)? = nil,
    epsilon: Double = 1e-5
  ) -> Variable {
    let channels = shape.channels
    precondition(weights.count == shape.points, "one weight per point is needed")
    precondition(channels % groups == 0, "groups do not divide the channels")
    precondition(affine.map { $0.scale.count == channels && $0.shift.count == channels } ?? true)
    let norm = DomainNorm(
      batch: shape.batch, points: shape.points, channels: channels, groups: groups,
      hasAffine: affine != nil, epsilon: epsilon)
    return graph.record(
      "domainNorm", inputs: [self], output: shape, parameters: affine.map { [$0.scale, $0.shift] } ?? [],
      constants: [weights], keepsInputs: [0], residuals: [2 * shape.batch * channels],
      forwardScratch: [shape.sampleCount, channels],
      backwardScratch: [shape.sampleCount, shape.sampleCount, channels, channels],
      flops: Graph.Flops(forward: 9 * Double(shape.count), backward: 14 * Double(shape.count)),
      forward: norm.forward, backward: norm.backward)
  }
}

/// The two directions of ``Variable/domainNormalized(weights:groups:affine:epsilon:)``.
private struct DomainNorm: Sendable {
  let batch: Int
  let points: Int
  let channels: Int
  let groups: Int
  let hasAffine: Bool
  let epsilon: Double

  private var sampleCount: Int { points * channels }

  /// 1/√(var + ε) and −⟨x⟩/√(var + ε) of a sample, each repeated for the channels of its group.
  private func statistics(_ c: OperationContext, _ sample: Int) -> (inverse: Slice, shift: Slice) {
    let all = c.residual(0).dropping(2 * sample * channels, length: 2 * channels)
    return (all.dropping(0, length: channels), all.dropping(channels))
  }

  /// Every number becomes the mean of its group.
  private func average(_ x: Slice) {
    let width = channels / groups
    for group in 0..<groups {
      var sum = 0.0
      for i in (group * width)..<((group + 1) * width) { sum += x[i] }
      for i in (group * width)..<((group + 1) * width) { x[i] = sum / Double(width) }
    }
  }

  /// ⟨x⟩
  private func mean(_ c: OperationContext, _ x: Slice, into result: Slice) {
    c.kernels.multiply(
      .init(c.constant(0), rows: 1, columns: points), .init(x, rows: points, columns: channels),
      into: .init(result, rows: 1, columns: channels))
    average(result)
  }

  func forward(_ c: OperationContext) {
    let k = c.kernels
    let (squares, means) = (c.scratch(0), c.scratch(1))
    for sample in 0..<batch {
      let x = c.input(0).dropping(sample * sampleCount, length: sampleCount)
      let y = c.output.dropping(sample * sampleCount, length: sampleCount)
      let (inverse, shift) = statistics(c, sample)
      mean(c, x, into: shift)
      k.scale(-1, shift, into: shift)
      for i in 0..<channels { inverse[i] = 1 }
      k.affine(x, scale: inverse, shift: shift, into: y)
      k.multiplyElements(y, y, into: squares)
      mean(c, squares, into: means)
      for i in 0..<channels {
        inverse[i] = 1 / (means[i] + epsilon).squareRoot()
        shift[i] = shift[i] * inverse[i]
      }
      k.gate(rows: points, channels: channels, y, by: inverse, into: y)
      if hasAffine { k.affine(y, scale: c.parameter(0), shift: c.parameter(1), into: y) }
    }
  }

  /// With z = (x − ⟨x⟩)/√(var + ε), h = γ ⊙ g and n channels in a group:
  /// dx_j = (h_j − w_j (Σ h + z_j Σ h·z)/n)/√(var + ε), sums over the points and the group's channels.
  func backward(_ c: OperationContext) {
    let k = c.kernels
    let (z, correction, sums, dots) = (c.scratch(0), c.scratch(1), c.scratch(2), c.scratch(3))
    let gradients = hasAffine ? (c.parameterGradient(0), c.parameterGradient(1)) : nil
    let dx = c.inputGradient(0)
    for sample in 0..<batch {
      let (inverse, shift) = statistics(c, sample)
      let g = c.outputGradient.dropping(sample * sampleCount, length: sampleCount)
      k.affine(
        c.input(0).dropping(sample * sampleCount, length: sampleCount), scale: inverse, shift: shift, into: z)
      if let (scale, shift) = gradients {
        k.columnDots(
          rows: points, channels: channels, g, z, into: scale.slice,
          accumulate: scale.accumulates || sample > 0)
        k.columnSums(
          rows: points, channels: channels, g, into: shift.slice, accumulate: shift.accumulates || sample > 0)
        k.gate(rows: points, channels: channels, g, by: c.parameter(0), into: g)
      }
      guard let dx else { continue }
      k.columnSums(rows: points, channels: channels, g, into: sums)
      k.columnDots(rows: points, channels: channels, g, z, into: dots)
      average(sums)
      average(dots)
      k.affine(z, scale: dots, shift: sums, into: correction)
      k.scaleRows(rows: points, length: channels, correction, stride: channels, by: c.constant(0))
      k.scale(-1, correction, into: correction)
      k.scale(1, g, into: correction, accumulate: true)
      k.gate(
        rows: points, channels: channels, correction, by: inverse,
        into: dx.slice.dropping(sample * sampleCount), accumulate: dx.accumulates)
    }
  }
}
