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
}
