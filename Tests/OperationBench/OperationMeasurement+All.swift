import Autodiff
import Tensors

extension OperationMeasurement {
  private static func field(_ grid: [Int], _ channels: Int, batch: Int = 2) -> FieldShape {
    FieldShape(batch: batch, grid: grid, channels: channels)
  }

  private static func convolution(
    _ grid: [Int], _ inputs: Int, _ outputs: Int, _ kernel: Int, stride: Int = 1, groups: Int = 1,
    boundary: Boundary = .zero
  ) -> OperationMeasurement {
    var window = ConvolutionWindow.centred(
      kernel: kernel, stride: stride, dimensions: grid.count, boundary: boundary)
    if stride > 1 && kernel == 4 { window.after = window.before }
    let points = window.outputGrid(of: grid).reduce(1, *)
    let shape = window.kernel + [inputs / groups, outputs]
    let chosen = window
    let side = grid.map(String.init).joined(separator: "×")
    let kind = groups == 1 ? "" : groups == inputs ? ", depthwise" : ", \(groups) groups"
    return OperationMeasurement(
      "convolution \(side), \(inputs) → \(outputs), kernel \(kernel), stride \(stride), \(boundary.rawValue)\(kind)",
      [field(grid, inputs)], parameters: [shape],
      operations: 4 * Double(points) * Double(shape.reduce(1, *))
    ) { v, p in v[0].convolved(weight: p[0], window: chosen, groups: groups) }
  }

  private static func transposed(_ grid: [Int], _ inputs: Int, _ outputs: Int, _ kernel: Int)
    -> OperationMeasurement
  {
    let pad = grid.map { _ in (kernel - 2) / 2 }
    let window = ConvolutionWindow(
      kernel: grid.map { _ in kernel }, stride: grid.map { _ in 2 }, before: pad, after: pad,
      boundary: grid.map { _ in .zero })
    let shape = window.kernel + [outputs, inputs]
    let side = grid.map(String.init).joined(separator: "×")
    return OperationMeasurement(
      "transposed convolution \(side), \(inputs) → \(outputs), kernel \(kernel), stride 2",
      [field(grid, inputs)],
      parameters: [shape], operations: 4 * Double(grid.reduce(1, *)) * Double(shape.reduce(1, *))
    ) { v, p in v[0].transposedConvolved(weight: p[0], window: window, outputGrid: grid.map { 2 * $0 }) }
  }

  static let all: [OperationMeasurement] =
    [
      convolution([64, 64], 32, 32, 3), convolution([64, 64], 32, 32, 3, boundary: .periodic),
      convolution([32, 32], 64, 64, 3), convolution([16, 16], 128, 128, 3), convolution([8, 8], 256, 256, 3),
      convolution([4, 4], 512, 512, 3), convolution([64, 64], 1, 32, 3), convolution([64, 64], 33, 33, 3),
      convolution([64, 64], 19, 19, 9), convolution([85, 85], 24, 24, 3), convolution([421, 421], 32, 32, 3),
      convolution([64, 64], 32, 64, 3, stride: 2), convolution([64, 64], 32, 32, 4, stride: 2),
      convolution([64, 64], 32, 32, 7, groups: 32), convolution([64, 64], 64, 64, 3, groups: 4),
      convolution([8192], 64, 64, 3), convolution([32, 32, 32], 16, 16, 3),
      transposed([32, 32], 64, 32, 4), transposed([8, 8], 256, 128, 2), transposed([16, 16], 128, 128, 4),
    ] + pointwise + channelNetworks + [fourierLayer] + attentions + spectralBlocks

  /// Norms, pools and resampling move memory: their work is counted as one operation per element, so that the speed
  /// reads as elements a nanosecond.
  private static let pointwise: [OperationMeasurement] = {
    let shape = field([64, 64], 32)
    let elements = Double(shape.count)
    func moving(_ name: String, _ body: @escaping @Sendable (Variable) -> Variable) -> OperationMeasurement {
      OperationMeasurement(name + " 64×64×32, elements", [shape], operations: elements) { v, _ in body(v[0]) }
    }
    return [
      moving("layer norm") { $0.layerNormalized() },
      moving("group norm, 1 group") { $0.groupNormalized(groups: 1) },
      moving("group norm, 1 group, GELU") { $0.groupNormalized(groups: 1, activation: .gelu) },
      moving("sample norm") { $0.sampleNormalized() },
      moving("GELU") { $0.activated(.gelu) }, moving("sine") { $0.activated(.sine) },
      moving("softmax over channels") { $0.softmax() },
      moving("max pool 2×2") { $0.maxPooled([2, 2]) },
      moving("average pool 2×2") { $0.averagePooled([2, 2]) },
      moving("bilinear ×2") { $0.resampled(to: [128, 128], by: .linear) },
      moving("patchify 4×4") { $0.patchified([4, 4]) },
      OperationMeasurement(
        "Fourier ×2, 64×64×32", [shape], operations: 2 * 64 * 32 * 2 * (128 * 64 + 128 * 128)
      ) { v, _ in v[0].resampled(to: [128, 128], by: .fourier) },
    ]
  }()

  /// The pointwise networks of a Fourier network: lifting, between layers with a gated skip, projection.
  private static let channelNetworks: [OperationMeasurement] = [
    (3, 64, 32), (32, 16, 32), (32, 64, 1), (64, 128, 1),
  ]
  .map { inputs, hidden, outputs in
    let isInner = inputs == outputs
    let shape = field([64, 64], inputs, batch: 4)
    return OperationMeasurement(
      "channel network 64×64, \(inputs) → \(hidden) → \(outputs)\(isInner ? ", gated skip" : "")",
      isInner ? [shape, shape] : [shape],
      parameters: [[inputs, hidden], [hidden], [hidden, outputs], [outputs], [outputs]],
      operations: 2 * Double(shape.rows * hidden * (inputs + outputs))
    ) { v, p in
      v[0].pointwiseMLP(
        first: (p[0], p[1]), activation: .gelu, second: (p[2], p[3]), skip: isInner ? (v[1], p[4]) : nil,
        inputActivation: isInner ? .gelu : .identity, outputActivation: isInner ? .gelu : .identity)
    }
  }

  /// Fourier layers by products and by fast transforms of their lines, about where one overtakes the other.
  private static let spectralBlocks: [OperationMeasurement] = [
    ([256], 32), ([256], 64), ([1024], 32), ([1024], 64), ([1024], 128), ([1024], 256), ([8192], 64),
    ([8192], 128), ([8192], 256), ([128, 128], 32), ([128, 128], 64), ([421, 420], 40),
  ].flatMap { (grid: [Int], modes: Int) in
    [TruncatedTransform.LineMethod.products, .fourier].map { method in
      let channels = 32
      let frequencies = grid.indices.map { axis in
        axis == grid.count - 1 ? Array(0..<modes) : Array(0..<4) + Array(-4..<0)
      }
      let count = frequencies.reduce(1) { $0 * $1.count }
      let side = grid.map(String.init).joined(separator: "×")
      return OperationMeasurement(
        "spectral block \(side), \(channels) channels, \(modes) modes of the last axis, by \(method)",
        [field(grid, channels, batch: 4)], parameters: [[count, 2, channels, channels]],
        operations: 4 * Double(grid.reduce(1, *) * channels)
      ) { v, p in
        let transform = TruncatedTransform(
          grid: grid, frequencies: frequencies, analysisScale: 1, synthesisScale: 1, precision: .float32,
          lines: method)
        return v[0].spectralBlock(SpectralMap(transform: transform), weight: p[0], activation: .identity)
      }
    }
  }

  /// The Fourier layer of the 1-D benchmarks.
  private static let fourierLayer = OperationMeasurement(
    "Fourier layer 1024, 64 channels, 16 modes", [field([1024], 64, batch: 5)],
    parameters: [[16, 2, 64, 64], [64, 64], [64]], operations: 5 * 1024 * 64 * Double(64 + 2 * 18)
  ) { v, p in
    let transform = TruncatedTransform(
      grid: [1024], frequencies: [Array(0..<16)], analysisScale: 1, synthesisScale: 1, precision: .float32)
    return v[0].spectralBlock(
      SpectralMap(transform: transform), weight: p[0], skip: p[1], bias: p[2], activation: .gelu)
  }

  private static let attentions: [OperationMeasurement] = [(1024, 8, 32), (4096, 4, 16), (256, 12, 64)]
    .flatMap {
      points, heads, width in
      let shape = FieldShape(batch: 1, grid: [points], channels: heads * width)
      let each = Double(heads * width)
      return [
        OperationMeasurement(
          "softmax attention, \(points) points, \(heads) heads of \(width)", [shape, shape, shape],
          operations: 4 * Double(points * points) * each
        ) { v, _ in v[0].attention(keys: v[1], values: v[2], heads: heads) },
        OperationMeasurement(
          "linear attention, \(points) points, \(heads) heads of \(width)", [shape, shape, shape],
          operations: 4 * Double(points * width) * each
        ) { v, _ in v[0].linearAttention(keys: v[1], values: v[2], heads: heads) },
        OperationMeasurement(
          "norm-aware queries, \(points) points, \(heads) heads of \(width), elements", [shape],
          operations: Double(points) * each
        ) { v, _ in v[0].normAwareQueries(heads: heads) },
      ]
    }
}
