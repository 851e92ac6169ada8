import Autodiff
import Tensors

/// Training steps of a U-Net of 3×3 convolutions, 32 channels at 64×64, batch 16, on two threads: four lanes of four
/// samples, forward and backward, the lanes' sum, Adam. `scripts/bench/unet-step.py` times the same in PyTorch.
///
/// Each level is twice (convolution without bias, group norm with one group, GELU); 2×2 max pools lead down to 512
/// channels at 4×4, transposed 2×2 convolutions and concatenation lead up.
struct UNetStep {
  private let lanes = 4
  private let samples = 4
  private let threads = 2
  private let width = 32
  private let depth = 4

  private struct Block {
    let weights: [Parameter]
    let norms: [(scale: Parameter, shift: Parameter)]
    let window = ConvolutionWindow.centred(kernel: 3, dimensions: 2)

    init(_ name: String, _ inputs: Int, _ outputs: Int, _ b: ParameterBuilder) {
      weights = [inputs, outputs].enumerated().map {
        b.parameter(
          "\(name).\($0)", shape: [3, 3, $1, outputs],
          initial: .uniform(bound: 1 / Double(9 * $1).squareRoot()))
      }
      norms = (0..<2).map {
        (
          b.parameter("\(name).scale\($0)", shape: [outputs], initial: .ones),
          b.parameter("\(name).shift\($0)", shape: [outputs], initial: .zeros)
        )
      }
    }

    func callAsFunction(_ x: Variable) -> Variable {
      zip(weights, norms).reduce(x) {
        $0.convolved(weight: $1.0, window: window).groupNormalized(groups: 1, affine: $1.1, activation: .gelu)
      }
    }
  }

  func run() -> String {
    let builder = ParameterBuilder()
    let widths = (0...depth).map { width << $0 }
    let down = widths.indices.map { Block("down\($0)", $0 == 0 ? 1 : widths[$0 - 1], widths[$0], builder) }
    let raise = (0..<depth).map {
      builder.parameter(
        "raise\($0)", shape: [2, 2, widths[$0], widths[$0 + 1]],
        initial: .uniform(bound: 1 / Double(4 * widths[$0]).squareRoot()))
    }
    let up = (0..<depth).map { Block("up\($0)", 2 * widths[$0], widths[$0], builder) }
    let head = builder.parameter("head", shape: [width, 1], initial: .uniform(bound: 0.2))
    let graph = Graph(precision: .float32)
    let x = graph.input(FieldShape(batch: samples, grid: [64, 64], channels: 1))
    var skips: [Variable] = []
    var z = x
    for (level, block) in down.enumerated() {
      if level > 0 { z = z.maxPooled([2, 2]) }
      z = block(z)
      skips.append(z)
    }
    for level in (0..<depth).reversed() {
      let grid = skips[level].shape.grid
      z = z.transposedConvolved(weight: raise[level], window: .patches([2, 2]), outputGrid: grid)
      z = up[level](skips[level].concatenated(with: z))
    }
    let y = z.linear(weight: head)
    let target = graph.input(y.shape)
    let loss = y.meanSquaredError(to: target)
    let training = Program(graph, results: [loss], loss: loss)
    let prediction = Program(graph, results: [y])
    let count = builder.memoryCount
    let weights = HostBuffer(count: count, precision: .float32)
    for parameter in builder.parameters { parameter.initialize(weights, seed: 1) }
    let gradients = (0..<lanes).map { _ in HostBuffer(count: count, precision: .float32) }
    let (sum, m, v) = (
      HostBuffer(count: count, precision: .float32), HostBuffer(count: count, precision: .float32),
      HostBuffer(count: count, precision: .float32)
    )
    let frames = (0..<threads).map { _ in Frame(training, parameters: weights, gradients: gradients[0]) }
    let readers = (0..<threads).map { _ in Frame(prediction, parameters: weights) }
    let numbers = Philox(seed: 1, stream: "bench")
    for frame in frames {
      for variable in [x, target] {
        let values = training.values(of: variable, in: frame)
        for i in 0..<values.count { values[i] = numbers.normals(UInt64(i)).0 }
      }
    }
    let (pool, kernels) = (WorkerPool(workerCount: threads), Kernels(.float32))
    var (steps, forwards): ([Double], [Double]) = ([], [])
    for turn in 0..<9 {
      let start = now()
      pool.forEach(lanes) { lane, worker in
        frames[worker].gradients = gradients[lane]
        training.forward(in: frames[worker])
        training.backward(in: frames[worker], scale: 1)
      }
      pool.forEach(threads) { part, _ in
        let range = (count * part / threads)..<(count * (part + 1) / threads)
        kernels.reduceLanes(gradients, range: range, scale: 1 / Double(lanes * samples), into: sum)
        kernels.adam(
          .init(
            beta1: 0.9, beta2: 0.999, step: 1e-3, secondMomentScale: 1, epsilon: 1e-8, coupledDecay: 0,
            decoupledDecay: 0),
          count: range.count, pairOffset: 0, w: weights.slice(from: range.lowerBound),
          m: m.slice(from: range.lowerBound), v: v.slice(from: range.lowerBound),
          g: sum.slice(from: range.lowerBound))
      }
      let middle = now()
      pool.forEach(lanes) { _, worker in prediction.forward(in: readers[worker]) }
      if turn < 2 { continue }
      steps.append(middle - start)
      forwards.append(now() - middle)
    }
    return "U-Net 64×64, batch 16, \(builder.parameterCount) parameters, \(threads) threads: "
      + "step \(short(1000 * median(steps))) ms, forward \(short(1000 * median(forwards))) ms"
  }
}
