import Autodiff
import Datasets
import Tensors

/// Runs lane programs for lists of samples on the workers of a pool, each worker in its own memory.
///
/// A batch is cut into lanes; a lane is done by one worker, piece by piece, into the lane's own gradient array. Lane
/// borders, pieces and the tree in which lanes are summed depend on the configuration alone, so the bits do not depend
/// on the number of threads.
final class LaneRunner {
  private var task: OperatorTask
  private let configuration: TrainingConfiguration
  private let pool: WorkerPool
  private let kernels: Kernels
  private let trains: Bool
  private let memory: WorkerMemory
  private var programs: [ProgramKey: RecordedLane] = [:]
  private var divisions: [ProgramKey: [Lane]] = [:]
  /// One gradient array per lane.
  let gradients: [HostBuffer]

  /// What a recording or a division is for. `samples` counts those of one piece, or those of a whole batch.
  private struct ProgramKey: Hashable {
    var samples: Int
    var steps: Int
    var grid: [Int]
  }

  private struct RecordedLane {
    var program: LaneProgram
    var frames: [Frame]
  }

  /// Items computed one after another by one worker.
  private struct Lane {
    var pieces: [(items: Range<Int>, recorded: RecordedLane)]
  }

  /// What the workers are computing.
  private struct Batch {
    var items: [Item]
    var table: SampleTable
    var lanes: [Lane]
    var scale: Double
    var losses: HostBuffer
    var errors: HostBuffer?
  }

  private var batch: Batch?
  private lazy var laneTask: (Int, Int) -> Void = { [unowned self] lane, worker in run(lane, on: worker) }

  init(
    _ task: OperatorTask, _ configuration: TrainingConfiguration, pool: WorkerPool, memory: WorkerMemory,
    trains: Bool, parameterCount: Int
  ) {
    self.task = task
    self.configuration = configuration
    self.pool = pool
    self.memory = memory
    self.trains = trains
    kernels = Kernels(configuration.precision)
    let lanes = trains ? configuration.laneCount : 0
    gradients = (0..<lanes).map { _ in HostBuffer(count: parameterCount, precision: configuration.precision) }
  }

  /// Computes something else from now on; what was recorded for the task before is forgotten.
  func replaceTask(_ task: OperatorTask) {
    self.task = task
    programs = [:]
    divisions = [:]
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

  /// The recording for a number of samples and steps on the table's grid.
  private func recorded(_ key: ProgramKey, of table: SampleTable, parameters: HostBuffer) -> RecordedLane {
    if let known = programs[key] { return known }
    let program = LaneProgram(
      task, configuration, on: table.signature, samples: key.samples, steps: key.steps, trains: trains)
    let made = RecordedLane(
      program: program, frames: memory.frames(program.program, parameters: parameters))
    programs[key] = made
    return made
  }

  /// How a number of items is divided into lanes and pieces. Made once, so that a step allocates nothing.
  private func division(
    _ count: Int, of table: SampleTable, steps: Int, grid: [Int], parameters: HostBuffer
  ) -> [Lane] {
    let key = ProgramKey(samples: count, steps: steps, grid: grid)
    if let known = divisions[key] { return known }
    func recorded(_ samples: Int) -> RecordedLane {
      self.recorded(
        ProgramKey(samples: samples, steps: steps, grid: grid), of: table, parameters: parameters)
    }
    // When evaluating, memory stays that of a few samples whatever the set's size.
    let piece =
      trains ? 0 : task.piece(grid: grid, bytes: recorded(1).program.program.byteCount, few: 8)
    let lanes = trains ? gradients.count : (count + piece - 1) / piece
    let made = LaneRunner.split(count, into: max(1, min(lanes, count))).map { range in
      let most = trains ? (configuration.samplesPerPass ?? range.count) : piece
      let parts = LaneRunner.split(range.count, into: max(1, (range.count + most - 1) / most))
      return Lane(
        pieces: parts.map {
          (($0.lowerBound + range.lowerBound)..<($0.upperBound + range.lowerBound), recorded($0.count))
        })
    }
    divisions[key] = made
    return made
  }

  /// Bytes that one worker will need for a lane's program: that of most samples, recorded for this alone.
  func programByteCount(of table: SampleTable, steps: Int) -> Int {
    let lane = (configuration.batch + gradients.count - 1) / max(1, gradients.count)
    return LaneProgram(
      task, configuration, on: table.signature, samples: min(lane, configuration.samplesPerPass ?? lane),
      steps: steps, trains: trains
    ).program.byteCount
  }

  /// Bytes of the lanes' gradients.
  var byteCount: Int { gradients.reduce(0) { $0 + $1.byteCount } }

  /// Computes the items' losses, and, when training, the lanes' gradients of `scale · Σ losses`.
  ///
  /// - Parameters:
  ///   - grid: the table's, which would be a new array each time it is asked.
  ///   - steps: applications of the operator per item.
  ///   - losses: receives one value per item; double precision.
  ///   - errors: receives one relative L2 error per item, when evaluating.
  func run(
    _ items: [Item], of table: SampleTable, grid: [Int], steps: Int, parameters: HostBuffer, scale: Double,
    losses: HostBuffer, errors: HostBuffer? = nil
  ) {
    let lanes = division(items.count, of: table, steps: steps, grid: grid, parameters: parameters)
    batch = Batch(
      items: items, table: table, lanes: lanes, scale: scale, losses: losses, errors: errors)
    pool.repeatKept(lanes.count, laneTask)
    batch = nil
    for lane in lanes.count..<max(lanes.count, gradients.count) { kernels.clear(gradients[lane].slice()) }
  }

  private func run(_ lane: Int, on worker: Int) {
    guard let batch else { preconditionFailure("a lane runs as a part of a batch") }
    for index in batch.lanes[lane].pieces.indices {
      let piece = batch.lanes[lane].pieces[index].items
      let recorded = batch.lanes[lane].pieces[index].recorded
      let (program, frame) = (recorded.program, recorded.frames[worker])
      load(batch.items[piece], of: batch.table, into: program, frame: frame)
      program.program.forward(in: frame)
      let values = program.program.values(of: program.losses, in: frame)
      for item in piece { batch.losses[item] = values[item - piece.lowerBound] }
      if trains {
        frame.gradients = gradients[lane]
        frame.accumulatesGradients = index > 0
        program.program.backward(in: frame, scale: batch.scale)
      } else if let errors = batch.errors, let variable = program.errors {
        let values = program.program.values(of: variable, in: frame)
        for item in piece { errors[item] = values[item - piece.lowerBound] }
      }
    }
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
    var place = items.startIndex
    while place < items.endIndex {
      let (item, count, offset) = (
        items[place], LaneRunner.run(at: place, of: items), place - items.startIndex
      )
      let source = table.inputs.slice(
        from: item.sample * points * allInputs, length: count * points * allInputs)
      let later = table.outputs.slice(
        from: item.sample * outputPoints * allOutputs, length: count * outputPoints * allOutputs)
      let x = input.dropping(offset * points * inputs, length: count * points * inputs)
      let y = target.dropping(offset * outputPoints * outputs, length: count * outputPoints * outputs)
      let passed = min(item.start * frameChannels, inputs)
      kernels.copyRows(
        rows: count * points, width: inputs - passed, source.dropping(min(passed, source.count)),
        stride: allInputs,
        into: x,
        stride: inputs)
      if passed > 0 {
        kernels.copyRows(
          rows: points, width: passed, later.dropping(item.start * frameChannels - passed),
          stride: allOutputs,
          into: x.dropping(inputs - passed), stride: inputs)
      }
      kernels.copyRows(
        rows: count * outputPoints, width: outputs, later.dropping(item.start * frameChannels),
        stride: allOutputs,
        into: y,
        stride: outputs)
      place += count
    }
    guard let own = program.points, let all = table.points else { return }
    let coordinates = program.program.values(of: own, in: frame)
    let each = own.shape.sampleCount
    place = items.startIndex
    while place < items.endIndex {
      let count = LaneRunner.run(at: place, of: items)
      kernels.copy(
        all.slice(from: items[place].sample * each, length: count * each),
        into: coordinates.dropping((place - items.startIndex) * each))
      place += count
    }
  }

  /// How many items from a place on are samples that follow one another in the table, which are copied at once: all of a
  /// full batch, mostly one of a shuffled one. Those that start later in their trajectories stay alone.
  private static func run(at place: Int, of items: ArraySlice<Item>) -> Int {
    let first = items[place]
    var count = 1
    while first.start == 0, place + count < items.endIndex, items[place + count].start == 0,
      items[place + count].sample == first.sample + count
    { count += 1 }
    return count
  }

  /// Times the operations of one lane with these items, on the calling thread.
  func timed(_ items: [Item], of table: SampleTable, steps: Int, parameters: HostBuffer, clock: () -> Double)
    -> [OperationCost]
  {
    let lane = recorded(
      ProgramKey(samples: items.count, steps: steps, grid: table.signature.gridShape), of: table,
      parameters: parameters)
    let (program, frame) = (lane.program, lane.frames[0])
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
    let lane = recorded(
      ProgramKey(samples: 1, steps: steps, grid: table.signature.gridShape), of: table, parameters: parameters
    )
    let (program, frame) = (lane.program, lane.frames[0])
    for item in items {
      load([item], of: table, into: program, frame: frame)
      if let name = program.program.firstNonFiniteOperation(in: frame) {
        return "output of operation '\(name)' for training sample \(item.sample)"
      }
    }
    return "the gradient"
  }
}
