import Autodiff
import Datasets
import Tensors

/// Runs lane programs for lists of samples on the workers of a pool, each worker in its own memory.
///
/// A batch is cut into lanes; a lane is done by one worker, piece by piece, into the lane's own gradient array. Lane
/// borders, pieces and the tree in which lanes are summed depend on the configuration alone, so the bits do not depend
/// on the number of threads.
final class LaneRunner {
  private let task: OperatorTask
  private let configuration: TrainingConfiguration
  private let pool: WorkerPool
  private let kernels: Kernels
  private let trains: Bool
  private var programs: [ProgramKey: LaneProgram] = [:]
  private var memories: [HostBuffer]
  private var frames: [ProgramKey: [Frame]] = [:]
  /// One gradient array per lane.
  let gradients: [HostBuffer]

  private struct ProgramKey: Hashable {
    var samples: Int
    var steps: Int
    var grid: [Int]
  }

  init(
    _ task: OperatorTask, _ configuration: TrainingConfiguration, pool: WorkerPool, trains: Bool,
    parameterCount: Int
  ) {
    self.task = task
    self.configuration = configuration
    self.pool = pool
    self.trains = trains
    kernels = Kernels(configuration.precision)
    memories = (0..<pool.workerCount).map { _ in HostBuffer(count: 0, precision: configuration.precision) }
    let lanes = trains ? min(configuration.lanes, configuration.batch) : 0
    gradients = (0..<lanes).map { _ in HostBuffer(count: parameterCount, precision: configuration.precision) }
  }

  /// Samples to be computed: where in the table, and at which step of the trajectory they start.
  struct Item {
    var sample: Int
    var start: Int
  }

  /// Borders of `parts` nearly equal parts of `count` things.
  static func split(_ count: Int, into parts: Int) -> [Range<Int>] {
    (0..<parts).map { (count * $0 / parts)..<(count * ($0 + 1) / parts) }
  }

  /// Makes the programs and memory for the given piece sizes, so that the run itself allocates nothing.
  private func prepare(_ keys: Set<ProgramKey>, parameters: HostBuffer) {
    let missing = keys.filter { programs[$0] == nil }
    if missing.isEmpty { return }
    for key in missing {
      programs[key] = LaneProgram(
        task, configuration, samples: key.samples, steps: key.steps, grid: key.grid, trains: trains)
    }
    let needed = programs.values.map(\.program.memoryCount).max() ?? 0
    if memories[0].count < needed {
      memories = memories.map { _ in HostBuffer(count: needed, precision: configuration.precision) }
    }
    frames = programs.mapValues { lane in
      memories.map { Frame(lane.program, parameters: parameters, memory: $0) }
    }
  }

  /// Bytes of all workers' memory and gradients.
  var byteCount: Int { memories.reduce(0) { $0 + $1.byteCount } + gradients.reduce(0) { $0 + $1.byteCount } }

  /// Computes the items' losses, and, when training, the lanes' gradients of `scale · Σ losses`.
  ///
  /// - Parameters:
  ///   - steps: applications of the operator per item.
  ///   - losses: receives one value per item; double precision.
  ///   - errors: receives one relative L2 error per item, when evaluating.
  func run(
    _ items: [Item], of table: SampleTable, steps: Int, parameters: HostBuffer, scale: Double,
    losses: HostBuffer,
    errors: HostBuffer? = nil
  ) {
    let grid = table.signature.gridShape
    let lanes = trains ? gradients.count : (items.count + evaluationPiece - 1) / evaluationPiece
    let laneRanges = LaneRunner.split(items.count, into: max(1, min(lanes, items.count)))
    let pieces = laneRanges.map { range -> [Range<Int>] in
      let most = trains ? (configuration.samplesPerPass ?? range.count) : evaluationPiece
      let parts = max(1, (range.count + most - 1) / most)
      return LaneRunner.split(range.count, into: parts).map {
        ($0.lowerBound + range.lowerBound)..<($0.upperBound + range.lowerBound)
      }
    }
    prepare(
      Set(pieces.joined().map { ProgramKey(samples: $0.count, steps: steps, grid: grid) }),
      parameters: parameters)
    pool.forEach(pieces.count) { lane, worker in
      for (index, piece) in pieces[lane].enumerated() {
        let key = ProgramKey(samples: piece.count, steps: steps, grid: grid)
        guard let program = programs[key], let frame = frames[key]?[worker] else { preconditionFailure() }
        load(items[piece], of: table, into: program, frame: frame)
        program.program.forward(in: frame)
        let values = program.program.values(of: program.losses, in: frame)
        for (offset, item) in piece.enumerated() { losses[item] = values[offset] }
        if trains {
          frame.gradients = gradients[lane]
          frame.accumulatesGradients = index > 0
          program.program.backward(in: frame, scale: scale)
        } else if let errors, let variable = program.errors {
          let values = program.program.values(of: variable, in: frame)
          for (offset, item) in piece.enumerated() { errors[item] = values[offset] }
        }
      }
    }
    for lane in laneRanges.count..<max(laneRanges.count, gradients.count) {
      kernels.clear(gradients[lane].slice())
    }
  }

  /// Samples per pass when evaluating: memory stays that of a few samples whatever the set's size.
  private var evaluationPiece: Int {
    let piece = task.piece(grid: task.signature.gridShape, few: 8)
    return min(configuration.samplesPerPass ?? piece, piece)
  }

  /// Copies the items' inputs and targets into the frame. An item that starts later in its trajectory sees the window
  /// ending there: its frames come from the inputs as far as those reach, then from the outputs.
  private func load(_ items: ArraySlice<Item>, of table: SampleTable, into program: LaneProgram, frame: Frame)
  {
    let input = program.program.values(of: program.input, in: frame)
    let target = program.program.values(of: program.target, in: frame)
    let points = program.input.shape.points
    let outputPoints = program.target.shape.points
    let (inputs, outputs) = (program.input.shape.channels, program.target.shape.channels)
    let (allInputs, allOutputs) = (table.inputChannels, table.outputChannels)
    let frameChannels = task.signature.outputChannels
    for (offset, item) in items.enumerated() {
      let source = table.inputs.slice(from: item.sample * points * allInputs, length: points * allInputs)
      let later = table.outputs.slice(
        from: item.sample * outputPoints * allOutputs, length: outputPoints * allOutputs)
      let x = input.dropping(offset * points * inputs, length: points * inputs)
      let y = target.dropping(offset * outputPoints * outputs, length: outputPoints * outputs)
      let passed = min(item.start * frameChannels, inputs)
      kernels.copyRows(
        rows: points, width: inputs - passed, source.dropping(min(passed, source.count)), stride: allInputs,
        into: x,
        stride: inputs)
      if passed > 0 {
        kernels.copyRows(
          rows: points, width: passed, later.dropping(item.start * frameChannels - passed),
          stride: allOutputs,
          into: x.dropping(inputs - passed), stride: inputs)
      }
      kernels.copyRows(
        rows: outputPoints, width: outputs, later.dropping(item.start * frameChannels), stride: allOutputs, into: y,
        stride: outputs)
    }
    guard let own = program.points, let all = table.points else { return }
    let place = program.program.values(of: own, in: frame)
    for (offset, item) in items.enumerated() {
      let count = own.shape.sampleCount
      kernels.copy(all.slice(from: item.sample * count, length: count), into: place.dropping(offset * count))
    }
  }

  /// Times the operations of one lane with these items, on the calling thread.
  func timed(_ items: [Item], of table: SampleTable, steps: Int, parameters: HostBuffer, clock: () -> Double)
    -> [(name: String, forward: Double, backward: Double)]
  {
    let key = ProgramKey(samples: items.count, steps: steps, grid: table.signature.gridShape)
    prepare([key], parameters: parameters)
    guard let program = programs[key], let frame = frames[key]?[0] else { preconditionFailure() }
    load(items[...], of: table, into: program, frame: frame)
    frame.gradients = gradients.first
    frame.accumulatesGradients = false
    _ = program.program.timed(in: frame, clock: clock)
    return program.program.timed(in: frame, clock: clock)
  }

  /// Where the first number that is not finite appears for these items: a parameter, or the operation's name.
  func locateNonFinite(
    _ items: [Item], of table: SampleTable, steps: Int, parameters: HostBuffer, named: [Parameter]
  )
    -> String
  {
    for parameter in named {
      if let index = kernels.firstNonFinite(parameters.slice(from: parameter.offset, length: parameter.count))
      {
        return "parameter \(parameter.name)[\(index)] after the update before"
      }
    }
    let key = ProgramKey(samples: 1, steps: steps, grid: table.signature.gridShape)
    prepare([key], parameters: parameters)
    guard let program = programs[key], let frame = frames[key]?[0] else { preconditionFailure() }
    for item in items {
      load([item], of: table, into: program, frame: frame)
      if let name = program.program.firstNonFiniteOperation(in: frame) {
        return "output of operation '\(name)' for training sample \(item.sample)"
      }
    }
    return "the gradient"
  }
}
