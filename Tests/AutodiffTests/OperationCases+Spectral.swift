import Autodiff
import Tensors

extension OperationCases {
  /// A complex tensor of `count` numbers.
  private static func complex(_ count: Int) -> FieldShape { FieldShape(batch: 1, grid: [2], channels: count) }

  private static func complexParameter(_ b: ParameterBuilder, _ name: String, _ extents: [Int]) -> Parameter {
    b.parameter(
      name, shape: [2] + extents, kind: .complexPairs(block: extents.reduce(1, *)), initial: .zeros)
  }

  private static func product(
    _ name: String, outer: Int, rows: Int, contracted: Int, inner: Int, isTransposed: Bool
  ) -> GradientCase {
    GradientCase(
      "complex product, \(name)", inputs: [complex(outer * contracted * inner), complex(rows * contracted)],
      body: { v, _ in
        v[0].complexProduct(
          v[1], rows: rows, contracted: contracted, inner: inner, isTransposed: isTransposed)
      })
  }

  /// A block with a weight of several factors, `core` being the shape of the part that belongs to each mode.
  private static func factored(_ name: String, core: [Int], inputs: Int?, outputs: Int?) -> GradientCase {
    let grid = [6, 5]
    let channels = inputs ?? core[0]
    return GradientCase(
      "spectral block, \(name)", inputs: [FieldShape(batch: 2, grid: grid, channels: channels)],
      parameters: { b in
        let r = core[0]
        let s = core[core.count - 1]
        return [
          b.parameter(
            "core", shape: [8, 2] + core, kind: .complexPairs(block: core.reduce(1, *)), initial: .zeros)
        ]
          + (inputs.map { [complexParameter(b, "input", [$0, r])] } ?? [])
          + (outputs.map { [complexParameter(b, "output", [s, $0])] } ?? [])
          + [b.parameter("skip", shape: [channels, outputs ?? s], initial: .zeros)]
      },
      body: { v, p in
        let map = SpectralMap(transform: transform(grid, modes: [2, 2], precision: v[0].graph.precision))
        let weight = SpectralWeight(
          input: inputs == nil ? nil : p[1], core: p[0], output: outputs == nil ? nil : p[p.count - 2])
        return v[0].spectralBlock(map, weight: weight, skip: p[p.count - 1], activation: .tanh)
      })
  }

  static let spectralParts: [GradientCase] = [
    product("inner axis", outer: 2, rows: 3, contracted: 4, inner: 5, isTransposed: false),
    product("inner axis, transposed", outer: 2, rows: 3, contracted: 4, inner: 5, isTransposed: true),
    product("last axis", outer: 6, rows: 3, contracted: 4, inner: 1, isTransposed: false),
    product("last axis, transposed", outer: 6, rows: 3, contracted: 4, inner: 1, isTransposed: true),
    product("one outer index", outer: 1, rows: 2, contracted: 3, inner: 7, isTransposed: false),
    GradientCase(
      "complex row products", inputs: [complex(2 * 5), complex(3 * 5)],
      body: { v, _ in v[0].complexRowProducts(v[1], columns: 5) }),
    GradientCase(
      "complex row products of a variable with itself", inputs: [complex(2 * 3)],
      body: { v, _ in v[0].complexRowProducts(v[0], columns: 3) }),
    GradientCase("complex pairs", inputs: [complex(4 * 3)], body: { v, _ in v[0].complexPairs(block: 3) }),
    GradientCase(
      "complex parameter", inputs: [complex(6)], parameters: { [complexParameter($0, "matrix", [2, 3])] },
      body: { v, p in
        v[0].complexProduct(v[0].graph.complexValue(of: p[0]), rows: 2, contracted: 3, inner: 2)
      }),
    factored("one number per mode and channel", core: [3], inputs: nil, outputs: nil),
    factored("input map", core: [2, 3], inputs: 4, outputs: nil),
    factored("input and output map", core: [2, 3], inputs: 4, outputs: 5),
    factored("diagonal between two maps", core: [3], inputs: 4, outputs: 2),
  ]
}
