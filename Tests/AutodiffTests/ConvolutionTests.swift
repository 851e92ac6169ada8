import Autodiff
import Tensors
import TestSupport
import Testing

@Suite("Convolutions") struct ConvolutionTests {
  /// Windows on a 9 × 11 grid.
  static let windows: [ConvolutionWindow] = {
    var all: [ConvolutionWindow] = []
    for boundary in Boundary.allCases {
      for (kernel, stride, before, after) in [
        ([3, 3], [1, 1], [1, 1], [1, 1]), ([4, 2], [2, 1], [1, 0], [2, 3]),
        ([1, 5], [3, 2], [0, 2], [0, 2]),
        ([2, 2], [2, 2], [0, 0], [0, 0]),
      ] {
        all.append(
          ConvolutionWindow(
            kernel: kernel, stride: stride, before: before, after: after, boundary: [boundary, boundary]))
      }
    }
    return all
  }()

  private let grid = [9, 11]

  private func random(_ buffer: Slice, _ name: String) {
    let numbers = Philox(seed: 21, stream: name)
    for i in 0..<buffer.count { buffer[i] = numbers.normals(UInt64(i)).0 }
  }

  /// The value of the continued field, by the words of ``Boundary``.
  private func continued(_ x: [Double], _ position: [Int], _ channel: Int, _ channels: Int, _ b: Boundary)
    -> Double
  {
    var place = position
    for a in 0..<2 {
      let n = grid[a]
      switch b {
      case .zero: if place[a] < 0 || place[a] >= n { return 0 }
      case .periodic:
        while place[a] < 0 { place[a] += n }
        while place[a] >= n { place[a] -= n }
      case .reflect:
        if place[a] < 0 { place[a] = -place[a] }
        if place[a] >= n { place[a] = 2 * (n - 1) - place[a] }
      }
    }
    return x[(place[0] * grid[1] + place[1]) * channels + channel]
  }

  @Test("equal their definition", arguments: windows, [1, 3])
  func definition(_ window: ConvolutionWindow, groups: Int) {
    let (inputs, outputs) = (6, 9)
    let graph = Graph(precision: .float64)
    let builder = ParameterBuilder()
    let weight = builder.parameter("w", shape: window.kernel + [inputs / groups, outputs], initial: .zeros)
    let x = graph.input(FieldShape(batch: 1, grid: grid, channels: inputs))
    let y = x.convolved(weight: weight, window: window, groups: groups)
    let program = Program(graph, results: [y])
    let parameters = HostBuffer(count: builder.memoryCount, precision: .float64)
    random(parameters.slice(), "w")
    let frame = Frame(program, parameters: parameters)
    random(program.values(of: x, in: frame), "x")
    program.forward(in: frame)
    let values = program.values(of: x, in: frame)
    let field = (0..<values.count).map { values[$0] }
    var expected: [Double] = []
    for i in 0..<y.shape.grid[0] {
      for j in 0..<y.shape.grid[1] {
        for o in 0..<outputs {
          var sum = 0.0
          for k in 0..<window.kernel[0] {
            for l in 0..<window.kernel[1] {
              for c in 0..<(inputs / groups) {
                let at = [
                  i * window.stride[0] - window.before[0] + k, j * window.stride[1] - window.before[1] + l,
                ]
                let channel = o / (outputs / groups) * (inputs / groups) + c
                sum +=
                  parameters[((k * window.kernel[1] + l) * (inputs / groups) + c) * outputs + o]
                  * continued(field, at, channel, inputs, window.boundary[0])
              }
            }
          }
          expected.append(sum)
        }
      }
    }
    let result = program.values(of: y, in: frame)
    expectClose((0..<result.count).map { result[$0] }, expected, tolerance: 1e-14)
  }

  @Test(
    "and their transposed ones are adjoint: ⟨Wu, g⟩ = ⟨u, Wᵀg⟩",
    arguments: windows.filter { $0.boundary[0] == .zero }
      + [
        ConvolutionWindow(
          kernel: [3, 4], stride: [3, 1], before: [0, 1], after: [0, 2], boundary: [.periodic, .periodic])
      ])
  func adjoint(_ window: ConvolutionWindow) {
    let graph = Graph(precision: .float64)
    let builder = ParameterBuilder()
    let weight = builder.parameter("w", shape: window.kernel + [3, 5], initial: .zeros)
    let u = graph.input(FieldShape(batch: 1, grid: grid, channels: 3))
    let forward = u.convolved(weight: weight, window: window)
    let g = graph.input(forward.shape)
    let back = g.transposedConvolved(weight: weight, window: window, outputGrid: grid)
    let program = Program(graph, results: [u, g, forward, back])
    let parameters = HostBuffer(count: builder.memoryCount, precision: .float64)
    random(parameters.slice(), "w")
    let frame = Frame(program, parameters: parameters)
    random(program.values(of: u, in: frame), "u")
    random(program.values(of: g, in: frame), "g")
    program.forward(in: frame)
    func dot(_ a: Variable, _ b: Variable) -> Double {
      let (a, b) = (program.values(of: a, in: frame), program.values(of: b, in: frame))
      return (0..<a.count).reduce(0) { $0 + a[$1] * b[$1] }
    }
    let (left, right) = (dot(forward, g), dot(u, back))
    #expect(abs(left - right) <= 1e-12 * max(abs(left), 1))
  }

  /// Enough points and channels for Winograd's algorithm, whose tiles the grid does not fill evenly.
  private static let large = [
    (before: [1, 1], after: [1, 1], grid: [34, 26]), (before: [2, 0], after: [0, 2], grid: [18, 16]),
    (before: [0, 0], after: [0, 0], grid: [20, 36]), (before: [2, 2], after: [2, 2], grid: [16, 24]),
  ]

  /// ⟨y, g⟩ is linear in each of x, w and g, so that its value and gradients are sums over the definition's triples.
  @Test(
    "of stride 1 and 3 × 3 points, however they are computed, equal their definition, with all gradients",
    arguments: 0..<4, Boundary.allCases)
  func winograd(_ index: Int, _ boundary: Boundary) {
    for kernelSet in KernelSet.supported { expectWinograd(index, boundary, kernelSet) }
  }

  private func expectWinograd(_ index: Int, _ boundary: Boundary, _ kernelSet: KernelSet) {
    let (inputs, outputs, setting) = (17, 18, Self.large[index])
    let window = ConvolutionWindow(
      kernel: [3, 3], stride: [1, 1], before: setting.before, after: setting.after,
      boundary: [boundary, boundary])
    let graph = Graph(precision: .float64)
    let builder = ParameterBuilder()
    let weight = builder.parameter("w", shape: [3, 3, inputs, outputs], initial: .zeros)
    let bias = builder.parameter("b", shape: [outputs], initial: .zeros)
    let x = graph.input(FieldShape(batch: 2, grid: setting.grid, channels: inputs), needsGradient: true)
    let y = x.convolved(weight: weight, bias: bias, window: window)
    let program = Program(graph, results: [y], loss: y)
    let parameters = HostBuffer(count: builder.memoryCount, precision: .float64)
    let gradients = HostBuffer(count: builder.memoryCount, precision: .float64)
    random(parameters.slice(), "w")
    let frame = Frame(program, parameters: parameters, gradients: gradients, kernelSet: kernelSet)
    random(program.values(of: x, in: frame), "x")
    program.forward(in: frame)
    let g = HostBuffer(count: y.shape.count, precision: .float64)
    random(g.slice(), "g")
    let (field, result) = (
      doubles(program.values(of: x, in: frame)), doubles(program.values(of: y, in: frame))
    )
    program.backward(in: frame, from: g.slice())
    let (n, m) = (setting.grid, y.shape.grid)
    var expected = (0..<y.shape.count).map { parameters[bias.offset + $0 % outputs] }
    var dx = [Double](repeating: 0, count: x.shape.count)
    var dw = [Double](repeating: 0, count: 9 * inputs * outputs)
    for sample in 0..<2 {
      for i in 0..<m[0] {
        for j in 0..<m[1] {
          let row = ((sample * m[0] + i) * m[1] + j) * outputs
          for tap in 0..<9 {
            guard let a = source(i - setting.before[0] + tap / 3, n[0], boundary),
              let b = source(j - setting.before[1] + tap % 3, n[1], boundary)
            else { continue }
            let place = ((sample * n[0] + a) * n[1] + b) * inputs
            for c in 0..<inputs {
              let first = (tap * inputs + c) * outputs
              for o in 0..<outputs {
                let w = parameters[weight.offset + first + o]
                expected[row + o] += w * field[place + c]
                dx[place + c] += w * g[row + o]
                dw[first + o] += field[place + c] * g[row + o]
              }
            }
          }
        }
      }
    }
    expectClose(result, expected, tolerance: 1e-13)
    expectClose(doubles(program.gradient(of: x, in: frame)), dx, tolerance: 1e-13)
    expectClose(dw.indices.map { gradients[weight.offset + $0] }, dw, tolerance: 1e-13)
  }

  private func doubles(_ slice: Slice) -> [Double] { (0..<slice.count).map { slice[$0] } }

  private func source(_ position: Int, _ points: Int, _ boundary: Boundary) -> Int? {
    if (0..<points).contains(position) { return position }
    switch boundary {
    case .zero: return nil
    case .periodic: return (position + points) % points
    case .reflect: return position < 0 ? -position : 2 * (points - 1) - position
    }
  }
}
