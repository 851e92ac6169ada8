import Autodiff
import Tensors

/// Applies a trained model to raw inputs: forward only, a few samples at a time on each worker, in memory that does
/// not depend on how many samples there are.
public final class Predictor {
  private let task: OperatorTask
  private let parameters: HostBuffer
  private let pool: WorkerPool
  private let kernels: Kernels
  private var programs: [Key: RecordedPrediction] = [:]
  private var frames: [Key: [Frame]] = [:]
  private var memories: [HostBuffer]

  private struct Key: Hashable {
    var samples: Int
    var grid: [Int]
    var steps: Int
  }

  private struct RecordedPrediction {
    var program: Program
    var input: Variable
    var points: Variable?
    var predictions: [Variable]
  }

  /// - Parameter parameters: the weights, laid out as the model's builder says.
  public init(_ task: OperatorTask, parameters: HostBuffer, pool: WorkerPool) {
    self.task = task
    self.parameters = parameters
    self.pool = pool
    kernels = Kernels(parameters.precision)
    memories = (0..<pool.workerCount).map { _ in HostBuffer(count: 0, precision: parameters.precision) }
  }

  /// Predicts `count` samples.
  ///
  /// - Parameters:
  ///   - inputs: `[count][grid…][inputChannels]`, raw.
  ///   - points: `[count][points][dimensions]` where samples have points of their own.
  ///   - steps: applications of the operator.
  ///   - outputs: receives `[count][grid…][steps · outputChannels]`, raw, time by time.
  public func predict(
    _ inputs: HostBuffer, at points: HostBuffer? = nil, count: Int, grid: [Int], steps: Int, into outputs: HostBuffer
  ) {
    let outputPoints = (task.signature.queries == nil ? grid : task.signature.outputShape).reduce(1, *)
    let (inputChannels, frame) = (task.signature.inputChannels, task.signature.outputChannels)
    let (inputSize, outputSize) = (grid.reduce(inputChannels, *), outputPoints * frame * steps)
    precondition(inputs.count >= count * inputSize && outputs.count >= count * outputSize)
    let pieces = self.pieces(of: count, grid: grid)
    prepare(Set(pieces.map { Key(samples: $0.count, grid: grid, steps: steps) }))
    pool.forEach(pieces.count) { index, worker in
      let piece = pieces[index]
      let key = Key(samples: piece.count, grid: grid, steps: steps)
      guard let recorded = programs[key], let memory = frames[key]?[worker] else { preconditionFailure() }
      kernels.copy(
        inputs.slice(from: piece.lowerBound * inputSize, length: piece.count * inputSize),
        into: recorded.program.values(of: recorded.input, in: memory))
      if let variable = recorded.points, let points {
        let size = variable.shape.sampleCount
        kernels.copy(
          points.slice(from: piece.lowerBound * size, length: piece.count * size),
          into: recorded.program.values(of: variable, in: memory))
      }
      recorded.program.forward(in: memory)
      let target = outputs.slice(from: piece.lowerBound * outputSize, length: piece.count * outputSize)
      for (step, prediction) in recorded.predictions.enumerated() {
        kernels.copyRows(
          rows: piece.count * outputPoints, width: frame, recorded.program.values(of: prediction, in: memory),
          stride: frame,
          into: target.dropping(step * frame), stride: frame * steps)
      }
    }
  }

  /// Nearly equal pieces, as many for each worker. A sample's values do not depend on which others are in its piece.
  private func pieces(of count: Int, grid: [Int]) -> [Range<Int>] {
    let largest = task.piece(grid: grid, few: 4)
    let least = (count + largest - 1) / largest
    let workers = pool.workerCount
    return LaneRunner.split(count, into: min(count, (least + workers - 1) / workers * workers))
  }

  private func prepare(_ keys: Set<Key>) {
    let missing = keys.filter { programs[$0] == nil }
    if missing.isEmpty { return }
    for key in missing {
      let graph = Graph(precision: parameters.precision)
      let input = graph.input(
        FieldShape(batch: key.samples, grid: key.grid, channels: task.signature.inputChannels))
      let points = task.pointInput(graph, samples: key.samples)
      let predictions = task.rollout(input, at: points, steps: key.steps)
      programs[key] = RecordedPrediction(
        program: Program(graph, results: predictions), input: input, points: points, predictions: predictions)
    }
    let needed = programs.values.map(\.program.memoryCount).max() ?? 0
    if memories[0].count < needed {
      memories = memories.map { _ in HostBuffer(count: needed, precision: parameters.precision) }
    }
    frames = programs.mapValues { recorded in
      memories.map { Frame(recorded.program, parameters: parameters, memory: $0) }
    }
  }
}
