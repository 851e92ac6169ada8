import Autodiff
import Tensors

extension OperationCases {
  private static func field(_ grid: [Int], _ channels: Int) -> FieldShape {
    FieldShape(batch: 2, grid: grid, channels: channels)
  }

  /// Positive weights that differ from point to point.
  private static func weights(_ v: Variable) -> HostBuffer {
    let buffer = HostBuffer(count: v.shape.points, precision: v.graph.precision)
    for i in 0..<buffer.count { buffer[i] = Double(1 + i % 3) / Double(2 * buffer.count) }
    return buffer
  }

  static let attentions: [GradientCase] = [
    GradientCase(
      "attention, three heads", inputs: [field([7], 15), field([7], 15), field([7], 9)],
      body: { v, _ in v[0].attention(keys: v[1], values: v[2], heads: 3) }),
    GradientCase(
      "cross attention with quadrature weights",
      inputs: [field([5], 6), field([3, 3], 6), field([3, 3], 10)],
      body: { v, _ in v[0].attention(keys: v[1], values: v[2], heads: 2, scale: 1, weights: weights(v[1])) }),
    GradientCase(
      "attention of a field to itself over several tiles", inputs: [field([150], 2)],
      body: { v, _ in v[0].attention(keys: v[0], values: v[0], heads: 1) + v[0] }),
    GradientCase(
      "linear attention", inputs: [field([7], 15), field([5], 15), field([5], 9)],
      body: { v, _ in v[0].linearAttention(keys: v[1], values: v[2], heads: 3, weights: weights(v[1])) }),
    GradientCase(
      "linear attention of a field to itself", inputs: [field([3, 3], 6)],
      body: { v, _ in v[0].linearAttention(keys: v[0], values: v[0], heads: 2) + v[0] }),
    GradientCase(
      "normalised linear attention", inputs: [field([7], 6), field([5], 6), field([5], 10)],
      body: { v, _ in
        v[0].activated(.softplus).linearAttention(
          keys: v[1].activated(.softplus), values: v[2], heads: 2, weights: weights(v[1]), normalized: true)
      }),
    GradientCase(
      "tokens of all samples", inputs: [field([3], 6)],
      parameters: { [$0.parameter("tokens", shape: [2, 6], initial: .zeros)] },
      body: { v, p in
        let tokens = v[0].graph.repeating(p[0], as: v[0].shape.with(grid: [2]))
        return tokens.attention(keys: v[0], values: v[0], heads: 2, scale: 1) + tokens
      }),
    GradientCase(
      "harmonics", inputs: [field([3], 5)],
      parameters: { [$0.parameter("coefficients", shape: [8, 5], initial: .zeros)] },
      body: { v, p in v[0].addingHarmonics(p[0]) + v[0] }),
    GradientCase(
      "harmonics over several tiles", inputs: [field([40], 60)],
      parameters: { [$0.parameter("coefficients", shape: [4, 60], initial: .zeros)] },
      body: { v, p in v[0].addingHarmonics(p[0]) }),
    GradientCase("softmax", inputs: [field([5], 33)], body: { v, _ in v[0].softmax() + v[0] }),
    GradientCase(
      "softmax of three groups", inputs: [field([5], 15)], body: { v, _ in v[0].softmax(groups: 3) }),
  ]
}
