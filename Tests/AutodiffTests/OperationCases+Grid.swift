import Autodiff
import Tensors

extension OperationCases {
  private static func field(_ grid: [Int], _ channels: Int, batch: Int = 2) -> FieldShape {
    FieldShape(batch: batch, grid: grid, channels: channels)
  }

  private static func norm(
    _ name: String, _ shape: FieldShape, affine: [Int]?,
    _ body: @escaping @Sendable (Variable, (scale: Parameter, shift: Parameter)?) -> Variable
  ) -> GradientCase {
    GradientCase(
      name, inputs: [shape],
      parameters: { b in
        guard let affine else { return [] }
        return [
          b.parameter("scale", shape: affine, initial: .ones),
          b.parameter("shift", shape: affine, initial: .zeros),
        ]
      },
      body: { v, p in body(v[0], p.isEmpty ? nil : (p[0], p[1])) })
  }

  static let norms: [GradientCase] = [
    norm("layer norm", field([5, 3], 7), affine: [7]) { $0.layerNormalized(affine: $1) },
    norm("layer norm, 33 channels, no affine", field([3], 33), affine: nil) { x, _ in x.layerNormalized() },
    norm("layer norm of three heads", field([5], 15), affine: [15]) {
      $0.layerNormalized(affine: $1, groups: 3)
    },
    norm("layer norm over channels and grid", field([5, 7], 33), affine: [5, 7, 33]) {
      $0.sampleNormalized(affine: $1)
    },
    norm("layer norm of an accumulated variable", field([5], 6), affine: [6]) {
      $0.layerNormalized(affine: $1) + $0
    },
    norm("group norm over channels and grid", field([5, 7], 3), affine: [3]) {
      $0.groupNormalized(groups: 1, affine: $1)
    },
    norm("group norm of three groups, activated", field([5, 7], 33), affine: [33]) {
      $0.groupNormalized(groups: 3, affine: $1, activation: .gelu)
    },
    norm("group norm over several chunks of rows", field([151], 4, batch: 1), affine: [4]) {
      $0.groupNormalized(groups: 2, affine: $1, activation: .silu) + $0
    },
    norm("instance norm", field([5, 3], 5), affine: nil) { x, _ in x.instanceNormalized() },
    norm("instance norm with affine", field([4, 5], 9), affine: [9]) { $0.instanceNormalized(affine: $1) },
  ]

  static let grids: [GradientCase] =
    [
      GradientCase("product", inputs: [field([5], 3), field([5], 3)], body: { v, _ in v[0] * v[1] }),
      GradientCase("square", inputs: [field([5], 3)], body: { v, _ in v[0] * v[0] }),
      GradientCase("difference", inputs: [field([5], 3), field([5], 3)], body: { v, _ in v[0] - v[1] }),
      GradientCase("max pool", inputs: [field([5, 7], 3)], body: { v, _ in v[0].maxPooled([2, 2]) }),
      GradientCase(
        "max pool, overlapping", inputs: [field([7, 5], 5)],
        body: { v, _ in v[0].maxPooled([3, 2], stride: [2, 1]) + v[0].maxPooled([3, 2], stride: [2, 1]) }),
      GradientCase(
        "separated channels, one in two groups", inputs: [field([3, 4], 3)],
        body: { v, _ in v[0].separated([[0, 2], [2, 1], [1, 1]]) }),
      GradientCase(
        "joined samples", inputs: [field([3, 4], 2, batch: 6)],
        body: { v, _ in v[0].joined(3) + v[0].joined(3) }),
      GradientCase("max pool 1-D", inputs: [field([9], 5)], body: { v, _ in v[0].maxPooled([2]) }),
      GradientCase(
        "average pool", inputs: [field([5, 6], 3)], body: { v, _ in v[0].averagePooled([2, 3]) }),
      GradientCase(
        "average pool 3-D, overlapping", inputs: [field([4, 3, 5], 2)],
        body: { v, _ in
          v[0].averagePooled([2, 2, 3], stride: [1, 1, 2])
            + v[0].averagePooled([2, 2, 3], stride: [1, 1, 2])
        }),
      GradientCase(
        "pool by a hat function", inputs: [field([8, 7], 3)],
        body: { v, _ in v[0].hatPooled(reach: [2, 3.5], [.periodic, .closed]) }),
      GradientCase(
        "integral", inputs: [field([5, 3], 7)], body: { v, _ in v[0].integrated() + v[0].integrated() }),
      GradientCase(
        "modulated by a vector per sample", inputs: [field([5, 3], 7), field([], 7)],
        body: { v, _ in v[0].multiplied(bySample: v[1]) + v[0] }),
      GradientCase(
        "shifted by a vector per sample", inputs: [field([5, 3], 7), field([], 7)],
        body: { v, _ in v[0].adding(bySample: v[1]) + v[0] }),
      GradientCase(
        "padded, periodic and reflected", inputs: [field([4, 3], 3)],
        body: { v, _ in v[0].padded(before: [2, 1], after: [3, 2], boundary: [.periodic, .reflect]) }),
      GradientCase(
        "padded, zero and periodic", inputs: [field([4, 3], 3)],
        body: { v, _ in v[0].padded(before: [2, 1], after: [3, 2], boundary: [.zero, .periodic]) }),
      GradientCase(
        "extrapolated", inputs: [field([4, 2], 3)],
        body: { v, _ in v[0].extrapolated(by: [2, 1]) + v[0].extrapolated(by: [2, 1]) }),
      GradientCase("rolled", inputs: [field([4, 3], 5)], body: { v, _ in v[0].rolled(by: [-1, 2]) + v[0] }),
      GradientCase("patchified", inputs: [field([4, 6], 5)], body: { v, _ in v[0].patchified([2, 3]) }),
      GradientCase(
        "unpatchified", inputs: [field([2, 2], 12)], body: { v, _ in v[0].unpatchified([2, 3]) }),
      GradientCase("windows", inputs: [field([4, 6], 3)], body: { v, _ in v[0].windows([2, 3]) }),
      GradientCase(
        "joined windows", inputs: [field([2, 3], 3, batch: 8)],
        body: { v, _ in v[0].joinedWindows(grid: [4, 6]) }),
    ]
    + Resampling.allCases.flatMap { method in
      [
        GradientCase(
          "resampled up, \(method.rawValue)", inputs: [field([3, 4], 3)],
          body: { v, _ in v[0].resampled(to: [7, 8], by: method) }),
        GradientCase(
          "resampled down, up and not, \(method.rawValue)", inputs: [field([6, 4, 3], 2)],
          body: { v, _ in
            v[0].resampled(to: [5, 9, 3], by: method) + v[0].resampled(to: [5, 9, 3], by: method)
          }),
      ]
    }
}
