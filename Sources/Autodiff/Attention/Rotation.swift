import Tensors

/// Angles that pairs of channels are turned by, as functions of a point: rotary position.
public struct Rotation: Sendable {
  /// Pairs of channels in a head.
  public let pairs: Int
  let points: Int
  let cosines: HostBuffer
  let sines: HostBuffer

  /// - Parameter angle: of a pair at a point, in radians.
  public init(points: Int, pairs: Int, precision: Precision, angle: (_ point: Int, _ pair: Int) -> Double) {
    (self.points, self.pairs) = (points, pairs)
    cosines = HostBuffer(count: points * pairs, precision: precision)
    sines = HostBuffer(count: points * pairs, precision: precision)
    for point in 0..<points {
      for pair in 0..<pairs {
        let both = sineAndCosine(angle(point, pair))
        cosines[point * pairs + pair] = both.cosine
        sines[point * pairs + pair] = both.sine
      }
    }
  }
}

extension Variable {
  /// Turns the pairs of channels (i, i + D/2) of every head by the angles of the point, so that scores q·k of two points
  /// depend on the difference of their angles: position without a table of positions.
  ///
  /// - Parameter heads: equal parts of the channels, each of 2·pairs.
  /// - References: J. Su et al., RoFormer, arXiv:2104.09864, equation 34, with another numbering of the pairs.
  public func rotated(by rotation: Rotation, heads: Int) -> Variable {
    precondition(
      shape.channels == 2 * rotation.pairs * heads && shape.points == rotation.points,
      "the rotation does not fit \(shape)")
    let (batch, points, half, count) = (shape.batch, shape.points, rotation.pairs, shape.sampleCount)
    return graph.record(
      "rotated", inputs: [self], output: shape, constants: [rotation.cosines, rotation.sines],
      flops: .elementwise(3 * shape.count),
      forward: { c in
        for sample in 0..<batch {
          c.kernels.rotate(
            rows: points, parts: heads, half: half, c.input(0).dropping(sample * count),
            cosine: c.constant(0), sine: c.constant(1), into: c.output.dropping(sample * count))
        }
      },
      backward: { c in
        guard let dx = c.inputGradient(0) else { return }
        for sample in 0..<batch {
          c.kernels.rotate(
            rows: points, parts: heads, half: half, c.outputGradient.dropping(sample * count),
            cosine: c.constant(0), sine: c.constant(1), inverse: true,
            into: dx.slice.dropping(sample * count),
            accumulate: dx.accumulates)
        }
      })
  }
}
