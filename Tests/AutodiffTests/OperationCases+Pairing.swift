import Autodiff
import Tensors

/// Operations of deep operator networks.
extension OperationCases {
  private static func dense(
    _ name: String, _ input: FieldShape, _ weight: [Int], bias: Int?, _ activation: Activation
  ) -> GradientCase {
    GradientCase(
      "dense \(name)", inputs: [input],
      parameters: { b in
        [b.parameter("weight", shape: weight, initial: .zeros)]
          + (bias.map { [b.parameter("bias", shape: [$0], initial: .zeros)] } ?? [])
      },
      body: { v, p in v[0].dense(weight: p[0], bias: p.count > 1 ? p[1] : nil, activation: activation) })
  }

  private static func pairing(_ name: String, samples: Int, points: [Int], outputs: Int, bias: Bool = true)
    -> GradientCase
  {
    GradientCase(
      "pairing \(name)",
      inputs: [
        FieldShape(batch: 3, grid: [], channels: 5 * outputs),
        FieldShape(batch: samples, grid: points, channels: 5),
      ],
      parameters: { b in bias ? [b.parameter("bias", shape: [outputs], initial: .zeros)] : [] },
      body: { v, p in v[0].paired(with: v[1], outputs: outputs, bias: p.first) })
  }

  private static let row = FieldShape(batch: 3, grid: [], channels: 6)
  private static let field = FieldShape(batch: 2, grid: [5, 3], channels: 4)

  static let pairing: [GradientCase] = [
    dense("with tanh", row, [6, 4], bias: 4, .tanh),
    dense("on a grid, without bias", field, [4, 3], bias: nil, .gelu),
    dense("of blocks", row, [2, 3, 4], bias: 8, .tanh),
    dense("of blocks with one output each", row, [3, 2, 1], bias: 3, .identity),
    dense("of many rows", FieldShape(batch: 40, grid: [], channels: 5), [5, 18], bias: 18, .tanh),
    dense(
      "of many rows in blocks", FieldShape(batch: 3, grid: [11], channels: 8), [2, 4, 9], bias: 18, .silu),
    dense(
      "of many rows and few columns", FieldShape(batch: 33, grid: [], channels: 2), [2, 3], bias: nil, .elu),
    pairing("at common points", samples: 1, points: [7], outputs: 1),
    pairing("at common points, without bias", samples: 1, points: [4, 2], outputs: 1, bias: false),
    pairing("at common points, several outputs", samples: 1, points: [7], outputs: 2),
    pairing("at one common point", samples: 1, points: [1], outputs: 1),
    pairing("at one point each", samples: 3, points: [1], outputs: 1),
    pairing("at points of their own", samples: 3, points: [4], outputs: 1),
    pairing("at points of their own, several outputs", samples: 3, points: [4], outputs: 2),
    GradientCase(
      "masked by a common field", inputs: [field, FieldShape(batch: 1, grid: [5, 3], channels: 1)],
      differentiable: [true, false], body: { v, _ in v[0].masked(by: v[1]) }),
    GradientCase(
      "masked by a field of each sample", inputs: [field, FieldShape(batch: 2, grid: [5, 3], channels: 1)],
      differentiable: [true, false], body: { v, _ in v[0].masked(by: v[1]) }),
    GradientCase(
      "scaled by a weight", inputs: [field],
      parameters: { [$0.parameter("weight", shape: [1], initial: .zeros)] },
      body: { v, p in v[0].scaled(by: p[0]) + v[0].scaled(by: p[0]) }),
    GradientCase(
      "projection", inputs: [field],
      body: { v, _ in
        let matrix = HostBuffer(count: 15 * 3, precision: v[0].graph.precision)
        for i in 0..<matrix.count { matrix[i] = Double((7 * i) % 11) / 11 - 0.4 }
        return v[0].projected(on: matrix, functions: 3)
      }),
    GradientCase("first point", inputs: [field], body: { v, _ in v[0].firstPoint + v[0].firstPoint }),
    GradientCase(
      "reshaped", inputs: [field],
      body: { v, _ in
        v[0].flattened.activated(.tanh).reshaped(FieldShape(batch: 2, grid: [3, 5], channels: 4))
      }),
    GradientCase(
      "with a constant", inputs: [row],
      body: { v, _ in
        let values = HostBuffer(count: 5, precision: v[0].graph.precision)
        for i in 0..<5 { values[i] = Double(i) - 1.5 }
        let points = v[0].graph.constant(values, FieldShape(batch: 1, grid: [5], channels: 1))
        let features = points.features(
          [.coordinate(0), .cosine(0, frequency: 2), .sine(0, frequency: 1.5)],
          domain: [CoordinateRange(origin: -1.5, length: 4)])
        return v[0].paired(with: features, outputs: 2)
      }),
  ]
}
