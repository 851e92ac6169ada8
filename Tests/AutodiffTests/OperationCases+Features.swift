import Autodiff
import Tensors

/// Position, feature maps, integrals and splines: the operations of operator transformers.
extension OperationCases {
  private static func field(_ grid: [Int], _ channels: Int) -> FieldShape {
    FieldShape(batch: 2, grid: grid, channels: channels)
  }

  private static func rotation(_ v: Variable, pairs: Int) -> Rotation {
    Rotation(points: v.shape.points, pairs: pairs, precision: v.graph.precision) { point, pair in
      Double(point) / Double(1 + pair)
    }
  }

  /// Positive weights that differ from point to point, with the sum 1.
  private static func weights(_ v: Variable) -> HostBuffer {
    let buffer = HostBuffer(count: v.shape.points, precision: v.graph.precision)
    let total = Double(buffer.count * (buffer.count + 1) / 2)
    for i in 0..<buffer.count { buffer[i] = Double(i + 1) / total }
    return buffer
  }

  private static func splines(_ placement: PointPlacement) -> [GradientCase] {
    let splines = CubicSplines(knots: [4, 3], placements: [placement, .periodic])
    return [
      GradientCase(
        "spline moments, \(placement.rawValue)", inputs: [field([9, 6], 3)],
        body: { v, _ in v[0].moments(of: splines) }),
      GradientCase(
        "spline values, \(placement.rawValue)", inputs: [field([4, 3], 3)],
        body: { v, _ in v[0].values(of: splines, on: [9, 7]) }),
    ]
  }

  static let features: [GradientCase] =
    [
      GradientCase(
        "rotated", inputs: [field([3, 2], 12)],
        body: { v, _ in v[0].rotated(by: rotation(v[0], pairs: 3), heads: 2) + v[0] }),
      GradientCase(
        "rotated pairs of a vector and a half", inputs: [field([5], 2 * 13)],
        body: { v, _ in v[0].rotated(by: rotation(v[0], pairs: 13), heads: 1) }),
      GradientCase(
        "norm-aware queries", inputs: [field([5], 15)],
        body: { v, _ in v[0].normAwareQueries(heads: 3) }),
      GradientCase(
        "norm-aware queries of another power", inputs: [field([3], 18)],
        body: { v, _ in v[0].normAwareQueries(heads: 1, power: 2) + v[0].normAwareQueries(heads: 1) }),
      GradientCase(
        "norm-aware keys", inputs: [field([5], 15)],
        body: { v, _ in v[0].normAwareKeys(heads: 3) + v[0].concatenated(with: v[0]) }),
      GradientCase(
        "divided", inputs: [field([5], 6), field([5], 2)],
        body: { v, _ in v[0].divided(by: v[1].activated(.softplus), epsilon: 0.5) + v[0] }),
      GradientCase(
        "norm-aware attention", inputs: [field([5], 6), field([7], 6), field([7], 4)],
        body: { v, _ in
          v[0].normAwareQueries(heads: 2).linearAttention(
            keys: v[1].normAwareKeys(heads: 2), values: v[2], heads: 2, weights: weights(v[1]),
            normalized: true)
        }),
      GradientCase(
        "domain norm of each channel", inputs: [field([4, 3], 5)],
        body: { v, _ in v[0].domainNormalized(weights: weights(v[0]), groups: 5) }),
      GradientCase(
        "domain norm of three groups with scale and shift", inputs: [field([6], 18)],
        parameters: {
          [
            $0.parameter("scale", shape: [18], initial: .ones),
            $0.parameter("shift", shape: [18], initial: .zeros),
          ]
        },
        body: { v, p in
          v[0].domainNormalized(weights: weights(v[0]), groups: 3, affine: (p[0], p[1])) + v[0]
        }),
    ] + splines(.periodic) + splines(.closed) + splines(.cellCentred)
}
