import Autodiff
import Tensors

/// One operation at a size of practice.
struct OperationMeasurement: Sendable {
  let name: String
  let inputs: [FieldShape]
  let parameters: [[Int]]
  /// Floating-point operations of one forward run; backward is counted twice.
  let operations: Double
  let body: @Sendable ([Variable], [Parameter]) -> Variable

  init(
    _ name: String, _ inputs: [FieldShape], parameters: [[Int]] = [], operations: Double,
    _ body: @escaping @Sendable ([Variable], [Parameter]) -> Variable
  ) {
    self.name = name
    self.inputs = inputs
    self.parameters = parameters
    self.operations = operations
    self.body = body
  }

  /// Name, work, and for both directions time, speed and share of the machine's speed.
  func run() -> [String] {
    let graph = Graph(precision: .float32)
    let builder = ParameterBuilder()
    let made = parameters.enumerated().map { builder.parameter("\($0)", shape: $1, initial: .zeros) }
    let variables = inputs.map { graph.input($0, needsGradient: true) }
    let result = body(variables, made)
    let target = graph.input(result.shape)
    let loss = result.meanSquaredError(to: target)
    let program = Program(graph, results: [result, loss], loss: loss)
    let weights = HostBuffer(count: builder.memoryCount, precision: .float32)
    fill(weights.slice(), 0.05)
    let frame = Frame(
      program, parameters: weights,
      gradients: HostBuffer(count: builder.memoryCount, precision: .float32))
    for variable in variables + [target] { fill(program.values(of: variable, in: frame), 1) }
    var (forward, backward, peak): ([Double], [Double], [Double]) = ([], [], [])
    for turn in 0..<15 {
      let speed = matrixSpeed()
      let times = program.timed(in: frame, clock: now).dropLast()
      if turn < 2 { continue }
      peak.append(speed)
      forward.append(times.reduce(0) { $0 + $1.forwardSeconds })
      backward.append(times.reduce(0) { $0 + $1.backwardSeconds })
    }
    func columns(_ seconds: Double, _ work: Double) -> [String] {
      let speed = 1e-9 * work / seconds
      return [short(1000 * seconds), short(speed), "\(Int((100 * speed / median(peak)).rounded())) %"]
    }
    return [name, short(1e-6 * operations)] + columns(median(forward), operations)
      + columns(median(backward), 2 * operations)
  }

  private func fill(_ x: Slice, _ deviation: Double) {
    let numbers = Philox(seed: 1, stream: "bench")
    for i in 0..<x.count { x[i] = deviation * numbers.normals(UInt64(i)).0 }
  }

  /// GFLOP/s of one core on a product in cache.
  private func matrixSpeed() -> Double {
    let (m, n, k) = (56, 32, 128)
    let buffers = [m * k, k * n, m * n].map { HostBuffer(count: $0, precision: .float32) }
    let kernels = Kernels(.float32)
    let repetitions = 200
    let start = now()
    for _ in 0..<repetitions {
      kernels.multiply(
        .init(buffers[0].slice(), rows: m, columns: k), .init(buffers[1].slice(), rows: k, columns: n),
        into: .init(buffers[2].slice(), rows: m, columns: n))
    }
    return 2e-9 * Double(m * n * k * repetitions) / (now() - start)
  }
}
