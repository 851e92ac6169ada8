import Autodiff
import Foundation
import Tensors
import TestSupport
import Testing

/// Values of operations on grids, from their definitions.
@Suite("Operations on grids") struct GridOperationTests {
  /// Runs a computation without parameters on one input in double precision.
  private func evaluate(
    _ shape: FieldShape, _ values: [Double], _ body: (Variable) -> Variable
  ) -> [Double] {
    let graph = Graph(precision: .float64)
    let x = graph.input(shape)
    let y = body(x)
    let program = Program(graph, results: [y])
    let frame = Frame(program, parameters: HostBuffer(count: 1, precision: .float64))
    let input = program.values(of: x, in: frame)
    for (i, value) in values.enumerated() { input[i] = value }
    program.forward(in: frame)
    let output = program.values(of: y, in: frame)
    return (0..<output.count).map { output[$0] }
  }

  private func shape(_ grid: [Int], _ channels: Int = 1, batch: Int = 1) -> FieldShape {
    FieldShape(batch: batch, grid: grid, channels: channels)
  }

  private func random(_ count: Int) -> [Double] {
    let numbers = Philox(seed: 2, stream: "grid operations")
    return (0..<count).map { numbers.normals(UInt64($0)).0 }
  }

  /// cos(2π(2x + 1/8)) + 0.3·sin(2π(x − 3y)), which seven points per axis resolve.
  private func wave(_ grid: [Int]) -> [Double] {
    (0..<(grid[0] * grid[1])).map { point in
      let (i, j) = (point / grid[1], point % grid[1])
      let first = exactSineAndCosine(
        numerator: 16 * i + grid[0], denominator: 8 * grid[0]
      ).cosine
      let second = exactSineAndCosine(
        numerator: i * grid[1] - 3 * j * grid[0], denominator: grid[0] * grid[1]
      ).sine
      return first + 0.3 * second
    }
  }

  @Test(
    "Fourier resampling is exact for fields that both grids resolve",
    arguments: [[7, 7], [8, 9], [16, 12], [21, 32], [12, 7]], [[7, 8], [13, 10], [32, 7]])
  func fourier(_ from: [Int], _ to: [Int]) {
    let result = evaluate(shape(from), wave(from)) { $0.resampled(to: to, by: .fourier) }
    expectClose(result, wave(to), tolerance: 1e-13)
  }

  @Test("Fourier resampling up and down again changes nothing, even at the last mode")
  func roundTrip() {
    let field = random(6 * 4 * 2)
    let back = evaluate(shape([6, 4], 2), field) {
      $0.resampled(to: [9, 10], by: .fourier).resampled(to: [6, 4], by: .fourier)
    }
    expectClose(back, field, tolerance: 1e-13)
  }

  /// Values of torch.nn.functional.interpolate on [1, 2, 4, 8], to six and to three points.
  @Test("other resampling follows PyTorch's conventions")
  func conventions() {
    let field = [1.0, 2, 4, 8]
    func values(_ method: Resampling, _ points: Int) -> [Double] {
      evaluate(shape([4]), field) { $0.resampled(to: [points], by: method) }
    }
    expectClose(values(.nearest, 6), [1, 1, 2, 4, 4, 8], tolerance: 1e-15)
    expectClose(values(.linear, 8), [1, 1.25, 1.75, 2.5, 3.5, 5, 7, 8], tolerance: 1e-15)
    expectClose(values(.linear, 2), [1.5, 6], tolerance: 1e-15)
    expectClose(values(.alignedLinear, 7), [1, 1.5, 2, 3, 4, 6, 8], tolerance: 1e-15)
    expectClose(values(.periodicLinear, 8), [1, 1.5, 2, 3, 4, 6, 8, 4.5], tolerance: 1e-15)
    // Keys' kernel with a = −3/4 halfway between points weighs −3/32, 19/32, 19/32, −3/32.
    expectClose(
      values(.alignedCubic, 7), [1, 1.3125, 2, 2.71875, 4, 6.1875, 8], tolerance: 1e-15)
  }

  @Test("patches and windows hold the points they say")
  func patches() {
    let field = (0..<24).map(Double.init)
    let patches = evaluate(shape([4, 6]), field) { $0.patchified([2, 3]) }
    #expect(Array(patches[0..<6]) == [0, 1, 2, 6, 7, 8])
    #expect(Array(patches[18..<24]) == [15, 16, 17, 21, 22, 23])
    #expect(evaluate(shape([4, 6]), field) { $0.windows([2, 3]) } == patches)
    #expect(evaluate(shape([4, 6]), field) { $0.patchified([2, 3]).unpatchified([2, 3]) } == field)
    #expect(evaluate(shape([4, 6]), field) { $0.windows([2, 3]).joinedWindows(grid: [4, 6]) } == field)
    #expect(evaluate(shape([4]), [0, 1, 2, 3]) { $0.rolled(by: [1]) } == [3, 0, 1, 2])
  }

  @Test("continued boundaries repeat and mirror")
  func boundaries() {
    func padded(_ b: Boundary) -> [Double] {
      evaluate(shape([4]), [1, 2, 3, 4]) { $0.padded(before: [2], after: [3], boundary: [b]) }
    }
    #expect(padded(.periodic) == [3, 4, 1, 2, 3, 4, 1, 2, 3])
    #expect(padded(.reflect) == [3, 2, 1, 2, 3, 4, 3, 2, 1])
    #expect(padded(.zero) == [0, 0, 1, 2, 3, 4, 0, 0, 0])
  }

  @Test("pools take the largest and the mean of each window")
  func pools() {
    let field: [Double] = [1, 5, 2, 3, 4, 0, 9, 8, 7, 6]
    #expect(evaluate(shape([2, 5]), field) { $0.maxPooled([2, 2]) } == [9, 8])
    #expect(evaluate(shape([2, 5]), field) { $0.averagePooled([2, 2]) } == [3.75, 5])
    #expect(evaluate(shape([2, 5]), field) { $0.integrated() } == [4.5])
    // A point split into two of half the weight changes nothing.
    func integral(_ values: [Double], _ weights: [Double]) -> [Double] {
      let rule = HostBuffer(count: weights.count, precision: .float64)
      for (i, weight) in weights.enumerated() { rule[i] = weight }
      return evaluate(shape([weights.count]), values) { $0.integrated(weights: rule) }
    }
    expectClose(
      integral([3, -1, 2, 2], [0.5, 0.25, 0.125, 0.125]), integral([3, -1, 2], [0.5, 0.25, 0.25]),
      tolerance: 1e-15)
  }

  @Test(
    "pooling by a hat function is one integral on all grids, and keeps affine fields up to the ends' neighbours"
  )
  func hatPool() {
    expectClose(
      evaluate(shape([4]), [0, 4, 8, 0]) { $0.hatPooled(reach: [2], [.periodic]) }, [1, 5], tolerance: 1e-15)
    expectClose(
      evaluate(shape([5]), [0, 1, 2, 3, 4]) { $0.hatPooled(reach: [2], [.closed]) }, [0.5, 2, 3.5],
      tolerance: 1e-15)
    // A wave meets the hat's response, (sin(khR/2)/(R sin(kh/2)))² for a reach of R spacings h, which tends to sinc²(khR/2).
    let k = 3.0
    let responses = [1, 2, 4, 8].map { factor -> Double in
      let (points, reach) = (16 * factor, 2 * factor)
      let wave = (0..<points).map { cos(2 * .pi * k * Double($0) / Double(points)) }
      let pooled = evaluate(shape([points]), wave) { $0.hatPooled(reach: [Double(reach)], [.periodic]) }
      let half = Double.pi * k / Double(points)
      let exact = pow(sin(half * Double(reach)) / (Double(reach) * sin(half)), 2)
      expectClose(pooled, stride(from: 0, to: points, by: 2).map { exact * wave[$0] }, tolerance: 1e-13)
      return exact
    }
    let limit = pow(sin(.pi * k / 8) / (.pi * k / 8), 2)
    for (coarse, fine) in zip(responses, responses.dropFirst()) {
      let order = log2(abs((coarse - limit) / (fine - limit)))
      #expect(order > 1.9 && order < 2.2, "observed order \(order)")
    }
  }

  @Test("norms leave mean 0 and variance 1 over what they normalise", arguments: [1, 3, 6])
  func norms(groups: Int) {
    let (points, channels) = (150, 6)
    // A large mean: the variance must not be the difference of two large numbers.
    let field = random(2 * points * channels).map { 1e3 + $0 }
    let result = evaluate(shape([10, 15], channels, batch: 2), field) {
      $0.groupNormalized(groups: groups, epsilon: 0)
    }
    let width = channels / groups
    for sample in 0..<2 {
      for group in 0..<groups {
        let values = (0..<points).flatMap { p in
          (0..<width).map { result[(sample * points + p) * channels + group * width + $0] }
        }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
        #expect(abs(mean) < 1e-9 && abs(variance - 1) < 1e-9)
      }
    }
    let rows = evaluate(shape([10, 15], channels, batch: 2), field) {
      $0.layerNormalized(groups: groups == 6 ? 2 : groups, epsilon: 0)
    }
    let length = channels / (groups == 6 ? 2 : groups)
    for row in 0..<(rows.count / length) {
      let values = rows[(row * length)..<((row + 1) * length)]
      #expect(abs(values.reduce(0, +)) < 1e-9)
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } / Double(length) - 1) < 1e-9)
    }
  }
}
