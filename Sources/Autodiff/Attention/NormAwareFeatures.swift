import Tensors

/// The feature maps of norm-aware linear attention, whose products φ(q)·φ(k) are never negative: of two directions, only
/// components of equal sign meet. Doubles the channels of every head, `[positive parts | negative parts]`.
///
/// - References: W. Meng et al., NaLaFormer, arXiv:2506.21137, in the form of the authors' released code.
extension Variable {
  /// φ(q) = [d₊^p | d₋^p] of each head, d = q/n, n = √(‖q‖² + 1e-12), p = power·(½ + tanh n): the larger a query, the
  /// sharper its attention, as with a softmax and unlike other linear ones, whose denominator cancels the norm.
  public func normAwareQueries(heads: Int, power: Double = 3) -> Variable {
    precondition(shape.channels % heads == 0, "heads divide the channels")
    precondition(power >= 2, "a power below two has no derivative where a component vanishes")
    let (rows, length) = (shape.rows * heads, shape.channels / heads)
    return graph.record(
      "normAwareQueries", inputs: [self], output: shape.with(channels: 2 * shape.channels), keepsInputs: [0],
      keepsOutput: true, flops: .elementwise(12 * shape.count),
      forward: { c in
        c.kernels.directionPowers(rows: rows, length: length, c.input(0), power: power, into: c.output)
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        c.kernels.directionPowersBackward(
          rows: rows, length: length, c.input(0), power: power, value: c.output, c.outputGradient,
          into: dx.slice, accumulate: dx.accumulates)
      })
  }

  /// φ(k) = [k₊³ | k₋³] of each head.
  public func normAwareKeys(heads: Int) -> Variable {
    precondition(shape.channels % heads == 0, "heads divide the channels")
    let (rows, length) = (shape.rows * heads, shape.channels / heads)
    return graph.record(
      "normAwareKeys", inputs: [self], output: shape.with(channels: 2 * shape.channels), keepsInputs: [0],
      flops: .elementwise(4 * shape.count),
      forward: { c in c.kernels.signedCubes(rows: rows, length: length, c.input(0), into: c.output) },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        c.kernels.signedCubesBackward(
          rows: rows, length: length, c.input(0), c.outputGradient, into: dx.slice,
          accumulate: dx.accumulates)
      })
  }
}
