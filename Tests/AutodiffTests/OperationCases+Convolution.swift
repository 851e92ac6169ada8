import Autodiff
import Tensors

extension OperationCases {
  private struct Setting {
    var grid: [Int]
    var inputs = 3
    var outputs = 5
    var kernel: [Int]
    var stride: [Int]? = nil
    var before: [Int]? = nil
    var after: [Int]? = nil
    var boundary: Boundary = .zero
    var groups = 1
    var activation: Activation = .identity
    var hasBias = true

    var window: ConvolutionWindow {
      ConvolutionWindow(
        kernel: kernel, stride: stride ?? kernel.map { _ in 1 },
        before: before ?? kernel.map { ($0 - 1) / 2 },
        after: after ?? kernel.map { $0 / 2 }, boundary: kernel.map { _ in boundary })
    }
  }

  private static func convolution(_ name: String, _ s: Setting) -> GradientCase {
    GradientCase(
      "convolution " + name, inputs: [FieldShape(batch: 2, grid: s.grid, channels: s.inputs)],
      parameters: { b in
        [b.parameter("weight", shape: s.kernel + [s.inputs / s.groups, s.outputs], initial: .zeros)]
          + (s.hasBias ? [b.parameter("bias", shape: [s.outputs], initial: .zeros)] : [])
      },
      body: { v, p in
        v[0].convolved(
          weight: p[0], bias: s.hasBias ? p[1] : nil, window: s.window, groups: s.groups,
          activation: s.activation)
      })
  }

  /// `grid` is that of the result.
  private static func transposed(_ name: String, _ s: Setting) -> GradientCase {
    GradientCase(
      "transposed convolution " + name,
      inputs: [FieldShape(batch: 2, grid: s.window.outputGrid(of: s.grid), channels: s.inputs)],
      parameters: { b in
        [b.parameter("weight", shape: s.kernel + [s.outputs / s.groups, s.inputs], initial: .zeros)]
          + (s.hasBias ? [b.parameter("bias", shape: [s.outputs], initial: .zeros)] : [])
      },
      body: { v, p in
        v[0].transposedConvolved(
          weight: p[0], bias: s.hasBias ? p[1] : nil, window: s.window, outputGrid: s.grid, groups: s.groups,
          activation: s.activation)
      })
  }

  /// Six taps made of four numbers, one of which no tap uses alone and one tap of which is made of nothing.
  private static let taps = KernelTaps(
    stored: 4,
    rows: [[(0, 1)], [(1, 0.5), (0, 0.25)], [], [(2, -1), (3, 2), (0, 0.3)], [(3, 1)], [(1, -0.7)]])

  private static let derived: [GradientCase] = [
    GradientCase(
      "convolution 2-D with derived taps", inputs: [FieldShape(batch: 2, grid: [5, 4], channels: 3)],
      parameters: { b in
        [
          b.parameter("weight", shape: [4, 3, 5], initial: .zeros),
          b.parameter("bias", shape: [5], initial: .zeros),
        ]
      },
      body: { v, p in
        let window = Setting(grid: [5, 4], kernel: [2, 3], boundary: .periodic).window
        let z = v[0].convolved(weight: p[0], bias: p[1], window: window, taps: taps, activation: .gelu)
        return z + v[0].convolved(weight: p[0], window: window, taps: taps)
      }),
    GradientCase(
      "transposed convolution with derived taps", inputs: [FieldShape(batch: 2, grid: [3, 4], channels: 3)],
      parameters: { b in [b.parameter("weight", shape: [2, 2, 5, 3], initial: .zeros)] },
      body: { v, p in
        let window = ConvolutionWindow(
          kernel: [2, 3], stride: [2, 1], before: [0, 1], after: [0, 1], boundary: [.zero, .periodic])
        return v[0].transposedConvolved(weight: p[0], window: window, outputGrid: [6, 4], taps: taps)
      }),
  ]

  static let convolutions: [GradientCase] =
    derived + [
      convolution("1-D", Setting(grid: [13], kernel: [3])),
      convolution("1-D, even kernel, periodic", Setting(grid: [7], kernel: [4], boundary: .periodic)),
      convolution(
        "1-D, over several tiles",
        Setting(grid: [700], inputs: 1, outputs: 1, kernel: [5], boundary: .reflect, hasBias: false)),
      convolution("2-D", Setting(grid: [5, 7], kernel: [3, 3])),
      convolution("2-D, activated", Setting(grid: [5, 4], kernel: [3, 3], activation: .gelu)),
      convolution("2-D, periodic", Setting(grid: [5, 7], kernel: [3, 5], boundary: .periodic)),
      convolution("2-D, reflected", Setting(grid: [5, 7], kernel: [3, 5], boundary: .reflect)),
      convolution(
        "2-D, stride 2",
        Setting(grid: [7, 8], kernel: [3, 3], stride: [2, 2], before: [1, 1], after: [1, 1])),
      convolution(
        "2-D, stride 2, periodic",
        Setting(
          grid: [6, 8], kernel: [3, 4], stride: [2, 2], before: [1, 1], after: [1, 1], boundary: .periodic)
      ),
      convolution(
        "2-D, stride that does not divide a periodic axis",
        Setting(
          grid: [7, 5], kernel: [3, 3], stride: [2, 3], before: [1, 1], after: [1, 1], boundary: .periodic)
      ),
      convolution(
        "2-D, stride larger than the kernel",
        Setting(grid: [8, 7], kernel: [1, 2], stride: [3, 3], before: [0, 0], after: [0, 0])),
      convolution(
        "2-D, padded unequally", Setting(grid: [4, 5], kernel: [3, 2], before: [2, 0], after: [0, 3])),
      convolution(
        "2-D, patches",
        Setting(grid: [6, 4], outputs: 33, kernel: [2, 2], stride: [2, 2], before: [0, 0], after: [0, 0])),
      convolution("2-D, 33 channels", Setting(grid: [3, 4], inputs: 33, outputs: 7, kernel: [3, 3])),
      convolution(
        "2-D, two groups", Setting(grid: [4, 5], inputs: 6, outputs: 10, kernel: [3, 3], groups: 2)),
      convolution(
        "2-D, two groups, strided and reflected",
        Setting(
          grid: [5, 7], inputs: 4, outputs: 6, kernel: [3, 3], stride: [2, 2], boundary: .reflect, groups: 2)),
      convolution(
        "2-D, depthwise", Setting(grid: [5, 6], inputs: 7, outputs: 7, kernel: [3, 3], groups: 7)),
      convolution(
        "2-D, depthwise, strided and periodic",
        Setting(
          grid: [6, 16], inputs: 19, outputs: 19, kernel: [3, 5], stride: [2, 2], before: [1, 2],
          after: [1, 2], boundary: .periodic, groups: 19, activation: .silu)),
      convolution(
        "2-D, depthwise with a multiplier",
        Setting(grid: [3, 4], inputs: 3, outputs: 6, kernel: [3, 3], groups: 3)),
      convolution("3-D", Setting(grid: [3, 4, 5], kernel: [3, 3, 3])),
      convolution(
        "3-D, strided, reflected",
        Setting(grid: [4, 5, 3], kernel: [3, 2, 3], stride: [2, 1, 2], boundary: .reflect)),
      transposed("1-D, kernel 3", Setting(grid: [13], kernel: [3])),
      transposed(
        "2-D, kernel 4, stride 2",
        Setting(grid: [8, 6], kernel: [4, 4], stride: [2, 2], before: [1, 1], after: [1, 1])),
      transposed(
        "2-D, kernel 4, stride 2, periodic, activated",
        Setting(
          grid: [8, 6], kernel: [4, 4], stride: [2, 2], before: [1, 1], after: [1, 1], boundary: .periodic,
          activation: .tanh)),
      transposed(
        "2-D, kernel 3, stride 2, odd grid",
        Setting(grid: [7, 9], kernel: [3, 3], stride: [2, 2], before: [1, 1], after: [1, 1])),
      transposed(
        "2-D, kernel 1, stride 3: points that nothing reaches",
        Setting(grid: [7, 5], kernel: [1, 1], stride: [3, 3], before: [0, 0], after: [0, 0])),
      transposed(
        "2-D, two groups",
        Setting(
          grid: [6, 8], inputs: 4, outputs: 6, kernel: [2, 2], stride: [2, 2], before: [0, 0], after: [0, 0],
          groups: 2)),
      transposed(
        "2-D, depthwise",
        Setting(
          grid: [6, 8], inputs: 5, outputs: 5, kernel: [4, 4], stride: [2, 2], before: [1, 1], after: [1, 1],
          groups: 5, hasBias: false)),
      transposed(
        "3-D",
        Setting(
          grid: [4, 6, 4], kernel: [2, 4, 2], stride: [2, 2, 2], before: [0, 1, 0], after: [0, 1, 0])),
    ]
}
