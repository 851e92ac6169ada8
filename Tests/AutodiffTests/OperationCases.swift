import Autodiff
import Tensors

/// Every operation, declared to the gradient harness.
enum OperationCases {
  private static let field = FieldShape(batch: 2, grid: [5, 3], channels: 4)

  private static func linearParameters(
    _ b: ParameterBuilder, _ inputs: Int, _ outputs: Int, _ name: String = ""
  ) -> [Parameter] {
    [
      b.parameter(name + "weight", shape: [inputs, outputs], initial: .zeros),
      b.parameter(name + "bias", shape: [outputs], initial: .zeros),
    ]
  }

  /// A transform with m modes per axis: frequencies −m … m − 1 on full axes, 0 … m − 1 on the last.
  static func transform(
    _ grid: [Int], modes: [Int], precision: Precision, continuations: [Continuation]? = nil,
    lines: TruncatedTransform.LineMethod? = nil
  ) -> TruncatedTransform {
    let last = grid.count - 1
    let frequencies = modes.enumerated().map { axis, m in
      axis == last ? Array(0..<m) : Array(0..<m) + Array(-m..<0)
    }
    let period = zip(continuations ?? grid.map { _ in .periodic }, grid).map { $0.period(points: $1) }
    return TruncatedTransform(
      grid: grid, frequencies: frequencies, analysisScale: 1, synthesisScale: 1 / Double(period.reduce(1, *)),
      precision: precision, continuations: continuations, lines: lines)
  }

  private static func spectral(
    _ name: String, grid: [Int], modes: [Int], inputs: Int = 3, outputs: Int = 2,
    activation: Activation = .gelu,
    parts: (skip: Bool, bias: Bool) = (true, true), continuations: [Continuation]? = nil,
    lines: TruncatedTransform.LineMethod? = nil
  ) -> GradientCase {
    GradientCase(
      "spectral block \(name)", inputs: [FieldShape(batch: 2, grid: grid, channels: inputs)],
      parameters: { b in
        let count = modes.reduce(1, *) << (grid.count - 1)
        var all = [
          b.parameter(
            "spectral", shape: [count, 2, inputs, outputs], kind: .complexPairs(block: inputs * outputs),
            initial: .zeros)
        ]
        if parts.skip { all.append(b.parameter("skip", shape: [inputs, outputs], initial: .zeros)) }
        if parts.bias { all.append(b.parameter("bias", shape: [outputs], initial: .zeros)) }
        return all
      },
      body: { v, p in
        let map = SpectralMap(
          transform: transform(
            grid, modes: modes, precision: v[0].graph.precision, continuations: continuations, lines: lines))
        return v[0].spectralBlock(
          map, weight: p[0], skip: parts.skip ? p[1] : nil, bias: parts.bias ? p[parts.skip ? 2 : 1] : nil,
          activation: activation)
      })
  }

  private static func norm(
    _ name: String, perChannel: Bool,
    _ operators: @escaping @Sendable ([Int], Precision) -> [any FieldOperator]
  )
    -> GradientCase
  {
    let shape = FieldShape(batch: 2, grid: [6, 5], channels: 2)
    return GradientCase(
      name, inputs: [shape, shape], differentiable: [true, false],
      body: { v, _ in
        v[0].relativeNorm(
          to: v[1], operators: operators(shape.grid, v[0].graph.precision), epsilon: 1e-8,
          perChannel: perChannel)
      })
  }

  static let all = basic + convolutions + norms + grids + attentions + features

  private static let basic: [GradientCase] =
    [
      GradientCase(
        "linear", inputs: [field], parameters: { linearParameters($0, 4, 3) },
        body: { v, p in v[0].linear(weight: p[0], bias: p[1]) }),
      GradientCase(
        "linear to one channel", inputs: [FieldShape(batch: 2, grid: [40], channels: 35)],
        parameters: { linearParameters($0, 35, 1) }, body: { v, p in v[0].linear(weight: p[0], bias: p[1]) }),
      GradientCase(
        "combination", inputs: [field, field], body: { v, _ in .combination(0.7, v[0], -1.3, v[1]) }),
      GradientCase("sum of a variable with itself", inputs: [field], body: { v, _ in v[0] + v[0] }),
      GradientCase("scaled", inputs: [field], body: { v, _ in v[0].scaled(by: -2.5) }),
      GradientCase(
        "gated", inputs: [field], parameters: { [$0.parameter("gate", shape: [4], initial: .ones)] },
        body: { v, p in v[0].gated(by: p[0]) }),
      GradientCase(
        "affine per channel", inputs: [field],
        body: { v, _ in
          v[0].affine(scale: buffer([2, -1, 0.5, 3], v), shift: buffer([1, 2, 3, 4], v)) + v[0]
        }),
      GradientCase("channels", inputs: [field], body: { v, _ in v[0].channels(1..<3) }),
      GradientCase(
        "window over predictions", inputs: [field, FieldShape(batch: 2, grid: [5, 3], channels: 1)],
        body: { v, _ in v[0].channels(1..<4).concatenated(with: v[1]).concatenated(with: v[0].channels(0..<2))
        }),
      GradientCase(
        "appended constants", inputs: [field],
        body: { v, _ in v[0].appending(gridConstants: buffer((0..<30).map(Double.init), v), count: 2) }),
      GradientCase("padded", inputs: [field], body: { v, _ in v[0].padded(before: [1, 0], after: [2, 3]) }),
      GradientCase(
        "cropped", inputs: [field],
        body: { v, _ in
          v[0].cropped(origin: [1, 1], grid: [3, 2]) + v[0].cropped(origin: [2, 0], grid: [3, 2])
        }),
      GradientCase(
        "pointwise MLP", inputs: [field],
        parameters: { linearParameters($0, 4, 7, "first.") + linearParameters($0, 7, 2, "second.") },
        body: { v, p in v[0].pointwiseMLP(first: (p[0], p[1]), activation: .gelu, second: (p[2], p[3])) }),
      GradientCase(
        "pointwise MLP over several tiles", inputs: [FieldShape(batch: 3, grid: [151], channels: 2)],
        parameters: { linearParameters($0, 2, 33, "first.") + linearParameters($0, 33, 1, "second.") },
        body: { v, p in
          v[0].pointwiseMLP(
            first: (p[0], p[1]), activation: .tanh, second: (p[2], p[3]), outputActivation: .silu)
        }),
      GradientCase(
        "gated pointwise MLP", inputs: [field],
        parameters: {
          linearParameters($0, 4, 3, "first.") + linearParameters($0, 3, 4, "second.")
            + [$0.parameter("gate", shape: [4], initial: .ones)]
        },
        body: { v, p in
          let z = v[0].activated(.silu)
          return z.pointwiseMLP(
            first: (p[0], p[1]), activation: .gelu, second: (p[2], p[3]), skip: (v[0], p[4]),
            outputActivation: .gelu)
        }),
      GradientCase(
        "pointwise MLP of an activated input", inputs: [FieldShape(batch: 2, grid: [151], channels: 3)],
        parameters: { linearParameters($0, 3, 40, "first.") + linearParameters($0, 40, 2, "second.") },
        body: { v, p in
          let y = v[0].pointwiseMLP(
            first: (p[0], p[1]), activation: .tanh, second: (p[2], p[3]), inputActivation: .gelu)
          return y.concatenated(with: v[0])
        }),
      GradientCase(
        "pointwise MLP gated by its own input", inputs: [field],
        parameters: {
          linearParameters($0, 4, 3, "first.") + linearParameters($0, 3, 4, "second.")
            + [$0.parameter("gate", shape: [4], initial: .ones)]
        },
        body: { v, p in
          v[0].pointwiseMLP(first: (p[0], p[1]), activation: .gelu, second: (p[2], p[3]), skip: (v[0], p[4]))
        }),
      spectral("1-D", grid: [12], modes: [4]),
      spectral("1-D, odd grid", grid: [11], modes: [5]),
      spectral("1-D, all modes with Nyquist", grid: [8], modes: [5]),
      spectral("1-D over several tiles", grid: [300], modes: [3], inputs: 2, outputs: 1),
      spectral(
        "1-D by fast transforms over several tiles", grid: [300], modes: [6], inputs: 18, outputs: 1,
        lines: .fourier),
      spectral("2-D by fast transforms", grid: [4, 12], modes: [2, 7], lines: .fourier),
      spectral("2-D", grid: [8, 6], modes: [3, 3]),
      spectral("2-D, odd grid", grid: [7, 5], modes: [3, 2]),
      spectral("2-D, every mode there is", grid: [6, 4], modes: [3, 3]),
      spectral(
        "2-D, linear, no skip", grid: [6, 5], modes: [2, 2], activation: .identity, parts: (false, false)),
      spectral("2-D, bias only", grid: [6, 5], modes: [2, 2], activation: .tanh, parts: (false, true)),
      spectral("3-D", grid: [4, 6, 5], modes: [2, 2, 3]),
      spectral("mirrored over several tiles", grid: [300], modes: [3], inputs: 2, continuations: [.mirrored]),
      spectral(
        "2-D, mirrored", grid: [6, 5], modes: [3, 4], continuations: [.mirrored, .mirroredAboutEnds]),
      spectral(
        "3-D, mirrored, more modes than points", grid: [4, 3, 5], modes: [2, 3, 3],
        continuations: [.periodic, .mirrored, .periodic]),
      GradientCase(
        "one weight used twice", inputs: [field], parameters: { linearParameters($0, 4, 4) },
        body: { v, p in
          v[0].linear(weight: p[0], bias: p[1]).activated(.tanh).linear(weight: p[0], bias: p[1])
        }),
      norm("relative L2", perChannel: false) { grid, _ in [IdentityOperator(points: grid.reduce(1, *))] },
      norm("relative L2 per channel", perChannel: true) { grid, _ in
        [IdentityOperator(points: grid.reduce(1, *))]
      },
      norm("relative H1, periodic", perChannel: false) { grid, _ in
        [
          IdentityOperator(points: grid.reduce(1, *)),
          DifferenceQuotient(grid: grid, axis: 0, spacing: 0.2, isPeriodic: true),
          DifferenceQuotient(grid: grid, axis: 1, spacing: 0.1, isPeriodic: true),
        ]
      },
      norm("relative H1, walls", perChannel: true) { grid, _ in
        [
          IdentityOperator(points: grid.reduce(1, *)),
          DifferenceQuotient(grid: grid, axis: 0, spacing: 0.2, isPeriodic: false),
          DifferenceQuotient(grid: grid, axis: 1, spacing: 0.1, isPeriodic: false),
        ]
      },
      norm("relative spectral H1", perChannel: false) { grid, precision in
        [
          SpectralSeminorm(grid: grid, cut: nil, precision: precision) { k in
            1 + Double(k[0] * k[0] + k[1] * k[1])
          }
        ]
      },
      norm("relative spectral H1, cut", perChannel: false) { grid, precision in
        [
          SpectralSeminorm(grid: grid, cut: 1, precision: precision) { k in
            1 + Double(k[0] * k[0] + k[1] * k[1])
          }
        ]
      },
      GradientCase(
        "relative L1", inputs: [field, field], differentiable: [true, false],
        body: { v, _ in v[0].relativeL1(to: v[1], epsilon: 1e-8) }),
      GradientCase(
        "weighted sum of losses", inputs: [field, field], differentiable: [true, false],
        body: { v, _ in
          .combination(0.3, v[0].relativeL1(to: v[1], epsilon: 0), 2, v[0].meanSquaredError(to: v[1]))
        }),
    ]
    + spectralParts
    + Activation.allCases.filter { $0 != .identity }.map { f in
      GradientCase("activation \(f.rawValue)", inputs: [field], body: { v, _ in v[0].activated(f) })
    } + pairing

  private static func buffer(_ values: [Double], _ v: [Variable]) -> HostBuffer {
    let buffer = HostBuffer(count: values.count, precision: v[0].graph.precision)
    for (i, value) in values.enumerated() { buffer[i] = value }
    return buffer
  }
}
