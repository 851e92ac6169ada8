import Tensors

extension Variable {
  /// Group norm with an activation in the same pass: statistics over the grid and the channels of each group,
  ///
  ///     y = f( γ ⊙ (x − mean)/√(var + ε) + β ).
  ///
  /// One group normalises over channels and grid; as many groups as channels is instance norm.
  ///
  /// - Parameters:
  ///   - affine: γ and β, `[C]` each.
  ///   - epsilon: ε; 1e-5 as in PyTorch.
  /// - References: Y. Wu, K. He, Group Normalization, ECCV 2018, equations 1-3.
  public func groupNormalized(
    groups: Int, affine: (scale: Parameter, shift: Parameter)? = nil, activation: Activation = .identity,
    epsilon: Double = 1e-5
  ) -> Variable {
    let channels = shape.channels
    precondition(channels % groups == 0, "groups do not divide the channels")
    precondition(affine.map { $0.scale.count == channels && $0.shift.count == channels } ?? true)
    let norm = GroupNorm(
      batch: shape.batch, points: shape.points, channels: channels, groups: groups, hasAffine: affine != nil,
      activation: activation, epsilon: epsilon)
    return graph.record(
      "groupNorm", inputs: [self], output: shape, parameters: affine.map { [$0.scale, $0.shift] } ?? [],
      keepsInputs: [0], residuals: [2 * shape.batch * channels],
      forwardScratch: [channels, channels, channels],
      backwardScratch: Array(repeating: channels, count: 7), forward: norm.forward, backward: norm.backward)
  }

  /// Instance norm: each channel of each sample over its grid.
  public func instanceNormalized(
    affine: (scale: Parameter, shift: Parameter)? = nil, activation: Activation = .identity,
    epsilon: Double = 1e-5
  ) -> Variable {
    groupNormalized(groups: shape.channels, affine: affine, activation: activation, epsilon: epsilon)
  }
}

/// The two directions of ``Variable/groupNormalized(groups:affine:activation:epsilon:)``.
private struct GroupNorm: Sendable {
  let batch: Int
  let points: Int
  let channels: Int
  let groups: Int
  let hasAffine: Bool
  let activation: Activation
  let epsilon: Double

  private var groupChannels: Int { channels / groups }
  private var groupCount: Double { Double(points * groupChannels) }

  /// Means and 1/√(var + ε) of a sample, each repeated for the channels of its group.
  private func statistics(_ c: OperationContext, _ sample: Int) -> (mean: Slice, inverse: Slice) {
    let all = c.residual(0).dropping(2 * sample * channels, length: 2 * channels)
    return (all.dropping(0, length: channels), all.dropping(channels))
  }

  /// scale = γ/√(var + ε) and shift = β of a sample.
  private func coefficients(_ c: OperationContext, inverse: Slice, scale: Slice, shift: Slice) {
    if hasAffine {
      c.kernels.multiplyElements(inverse, c.parameter(0), into: scale)
      c.kernels.copy(c.parameter(1), into: shift)
    } else {
      c.kernels.copy(inverse, into: scale)
      c.kernels.clear(shift)
    }
  }

  func forward(_ c: OperationContext) {
    let (squares, scale, shift) = (c.scratch(0), c.scratch(1), c.scratch(2))
    for sample in 0..<batch {
      let x = c.input(0).dropping(sample * points * channels)
      let (mean, inverse) = statistics(c, sample)
      c.kernels.columnMoments(rows: points, channels: channels, x, mean: mean, squares: squares)
      for group in 0..<groups {
        let range = (group * groupChannels)..<((group + 1) * groupChannels)
        let centre = range.reduce(0) { $0 + mean[$1] } / Double(groupChannels)
        let deviation = range.reduce(0.0) { sum, i in
          let d = mean[i] - centre
          return sum + squares[i] + Double(points) * d * d
        }
        for i in range {
          mean[i] = centre
          inverse[i] = 1 / (deviation / groupCount + epsilon).squareRoot()
        }
      }
      coefficients(c, inverse: inverse, scale: scale, shift: shift)
      c.kernels.normalizeColumns(
        rows: points, channels: channels, x, mean: mean, scale: scale, shift: shift, activation,
        into: c.output.dropping(sample * points * channels))
    }
  }

  func backward(_ c: OperationContext) {
    let (scale, shift, sums, products) = (c.scratch(0), c.scratch(1), c.scratch(2), c.scratch(3))
    let (slope, constant, normalized) = (c.scratch(4), c.scratch(5), c.scratch(6))
    let dx = c.inputGradient(0)
    for sample in 0..<batch {
      let x = c.input(0).dropping(sample * points * channels)
      let g = c.outputGradient.dropping(sample * points * channels)
      let (mean, inverse) = statistics(c, sample)
      coefficients(c, inverse: inverse, scale: scale, shift: shift)
      c.kernels.clear(sums)
      c.kernels.clear(products)
      c.kernels.normalizeColumnsBackward(
        rows: points, channels: channels, x, mean: mean, scale: scale, shift: shift, activation, g,
        sums: sums, products: products)
      if hasAffine {
        let (dScale, dShift) = (c.parameterGradient(0), c.parameterGradient(1))
        c.kernels.multiplyElements(products, inverse, into: normalized)
        c.kernels.scale(1, normalized, into: dScale.slice, accumulate: dScale.accumulates || sample > 0)
        c.kernels.scale(1, sums, into: dShift.slice, accumulate: dShift.accumulates || sample > 0)
      }
      guard let dx else { continue }
      // dx = s·g − r·mean(γg) − r·x̂·mean(γg·x̂), with s = γr, x̂ = r(x − mean).
      for group in 0..<groups {
        let range = (group * groupChannels)..<((group + 1) * groupChannels)
        let (sum, product) = range.reduce((0.0, 0.0)) {
          ($0.0 + scale[$1] * sums[$1], $0.1 + scale[$1] * products[$1])
        }
        for i in range {
          slope[i] = -inverse[i] * inverse[i] * product / groupCount
          constant[i] = -sum / groupCount
        }
      }
      c.kernels.combineColumns(
        rows: points, channels: channels, g, by: scale, x, mean: mean, by: slope, plus: constant,
        into: dx.slice.dropping(sample * points * channels), accumulate: dx.accumulates)
    }
  }
}
