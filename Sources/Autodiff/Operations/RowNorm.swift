import Tensors

extension Variable {
  /// Layer norm at every point, over its channels or over each of `groups` parts of them:
  ///
  ///     y = γ ⊙ (x − mean)/√(var + ε) + β
  ///
  /// - Parameters:
  ///   - affine: γ and β, `[C]` each.
  ///   - groups: parts of the channels with statistics of their own; the heads of an attention, say.
  ///   - epsilon: ε; 1e-5 as in PyTorch.
  public func layerNormalized(
    affine: (scale: Parameter, shift: Parameter)? = nil, groups: Int = 1, epsilon: Double = 1e-5
  ) -> Variable {
    precondition(shape.channels % groups == 0, "groups do not divide the channels")
    return rowNormalized(
      "layerNorm", rows: shape.rows * groups, length: shape.channels / groups, period: groups, affine, epsilon
    )
  }

  /// Layer norm over channels and grid together, with γ and β of their own at every point: PyTorch's
  /// `LayerNorm([C, N₁, …])`, which ties a model to one grid.
  ///
  /// - Parameter affine: γ and β, `[N₁, …, N_d, C]` each.
  public func sampleNormalized(
    affine: (scale: Parameter, shift: Parameter)? = nil, epsilon: Double = 1e-5
  ) -> Variable {
    rowNormalized(
      "sampleNorm", rows: shape.batch, length: shape.sampleCount, period: 1, affine, epsilon)
  }

  private func rowNormalized(
    _ name: String, rows: Int, length: Int, period: Int, _ affine: (scale: Parameter, shift: Parameter)?,
    _ epsilon: Double
  ) -> Variable {
    if let affine {
      precondition(
        affine.scale.count == period * length && affine.shift.count == period * length,
        "\(affine.scale.name) does not fit \(shape)")
    }
    let hasAffine = affine != nil
    return graph.record(
      name, inputs: [self], output: shape, parameters: affine.map { [$0.scale, $0.shift] } ?? [],
      keepsInputs: [0], residuals: [2 * rows],
      forward: { c in
        c.kernels.normalizeRows(
          rows: rows, length: length, c.input(0),
          affine: hasAffine ? (c.parameter(0), c.parameter(1)) : nil, period: period, epsilon: epsilon,
          into: c.output, statistics: c.residual(0))
      },
      backward: { c in
        var gradients: (scale: Slice, shift: Slice)?
        if hasAffine {
          let (scale, shift) = (c.parameterGradient(0), c.parameterGradient(1))
          scale.prepareToAdd(c.kernels)
          shift.prepareToAdd(c.kernels)
          gradients = (scale.slice, shift.slice)
        }
        let dx = c.inputGradient(0)
        c.kernels.normalizeRowsBackward(
          rows: rows, length: length, c.input(0), scale: hasAffine ? c.parameter(0) : nil, period: period,
          statistics: c.residual(0), c.outputGradient, into: dx?.slice, accumulate: dx?.accumulates ?? false,
          addingTo: gradients)
      })
  }
}
