import Autodiff
import Tensors

/// Applies a trained model to raw inputs: forward only, a few samples at a time on each worker, in memory that does
/// not depend on how many samples there are.
public final class Predictor {
  private let task: OperatorTask
  private let parameters: HostBuffer
  private let pool: WorkerPool
  private let kernels: Kernels
  private let memory: WorkerMemory
  private var programs: [Key: RecordedPrediction] = [:]

  private struct Key: Hashable {
    var samples: Int
    var grid: [Int]
    var steps: Int
  }

  private struct RecordedPrediction {
    var program: Program
    var frames: [Frame]
    var input: Variable
    var points: Variable?
    var predictions: [Variable]
  }

  /// Most samples per pass of one worker.
  private static let largestPiece = 5

  /// - Parameters:
  ///   - parameters: the weights, laid out as the model's builder says; derived ones are computed here, from the values
  ///     that parameters have now.
  ///   - memory: the workers' memory where a trainer has some; nil for memory of its own.
  public init(
    _ task: OperatorTask, parameters: HostBuffer, pool: WorkerPool, memory: WorkerMemory? = nil
  ) {
    DerivedWeights(task.derivations, precision: parameters.precision, trains: false).compute(
      in: parameters, pool: pool)
    self.task = task
    self.parameters = parameters
    self.pool = pool
    self.memory = memory ?? WorkerMemory(pool, precision: parameters.precision)
    kernels = Kernels(parameters.precision)
  }

  /// Predicts `count` samples.
  ///
  /// - Parameters:
  ///   - inputs: `[count][grid…][inputChannels]`, raw.
  ///   - points: `[count][points][dimensions]` where samples have points of their own.
  ///   - steps: applications of the operator.
  ///   - outputs: receives `[count][grid…][steps · outputChannels]`, raw, time by time.
  public func predict(
    _ inputs: HostBuffer, at points: HostBuffer? = nil, count: Int, grid: [Int], steps: Int,
    into outputs: HostBuffer
  ) {
    let outputPoints = (task.signature.queries == nil ? grid : task.signature.outputShape).reduce(1, *)
    let (inputChannels, frameChannels) = (task.signature.inputChannels, task.signature.outputChannels)
    let (inputSize, outputSize) = (grid.reduce(inputChannels, *), outputPoints * frameChannels * steps)
    precondition(inputs.count >= count * inputSize && outputs.count >= count * outputSize)
    let largest =
      count == 1
      ? 1
      : task.piece(
        grid: grid, bytes: recorded(Key(samples: 1, grid: grid, steps: steps)).program.byteCount,
        few: Predictor.largestPiece)
    let pieces = self.pieces(of: count, largest: largest).map {
      (range: $0, recorded: recorded(Key(samples: $0.count, grid: grid, steps: steps)))
    }
    pool.forEach(pieces.count) { index, worker in
      let (piece, recorded) = pieces[index]
      let frame = recorded.frames[worker]
      kernels.copy(
        inputs.slice(from: piece.lowerBound * inputSize, length: piece.count * inputSize),
        into: recorded.program.values(of: recorded.input, in: frame))
      if let variable = recorded.points, let points {
        let size = variable.shape.sampleCount
        kernels.copy(
          points.slice(from: piece.lowerBound * size, length: piece.count * size),
          into: recorded.program.values(of: variable, in: frame))
      }
      recorded.program.forward(in: frame)
      let target = outputs.slice(from: piece.lowerBound * outputSize, length: piece.count * outputSize)
      for (step, prediction) in recorded.predictions.enumerated() {
        kernels.copyRows(
          rows: piece.count * outputPoints, width: frameChannels,
          recorded.program.values(of: prediction, in: frame), stride: frameChannels,
          into: target.dropping(step * frameChannels), stride: frameChannels * steps)
      }
    }
  }

  /// Nearly equal pieces, as many for each worker. A sample's values do not depend on which others are in its piece.
  private func pieces(of count: Int, largest: Int) -> [Range<Int>] {
    let least = (count + largest - 1) / largest
    let workers = pool.workerCount
    return LaneRunner.split(count, into: min(count, (least + workers - 1) / workers * workers))
  }

  private func recorded(_ key: Key) -> RecordedPrediction {
    if let known = programs[key] { return known }
    let graph = Graph(precision: parameters.precision)
    let input = graph.input(
      FieldShape(batch: key.samples, grid: key.grid, channels: task.signature.inputChannels))
    let points = task.pointInput(graph, samples: key.samples)
    let predictions = task.rollout(input, at: points, steps: key.steps)
    let program = Program(graph, results: predictions)
    let made = RecordedPrediction(
      program: program, frames: memory.frames(program, parameters: parameters), input: input,
      points: points, predictions: predictions)
    programs[key] = made
    return made
  }
}
