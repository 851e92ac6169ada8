import Autodiff
import Configuration
import Datasets
import Tensors

/// Fits a model: owns weights, optimiser state and the position in the run, and does one update or one epoch at a time.
public final class Trainer {
  public internal(set) var task: OperatorTask
  public let configuration: TrainingConfiguration
  public let parameters: [Parameter]
  /// The weights being trained.
  public let values: HostBuffer
  public internal(set) var progress = TrainingProgress()

  /// The samples on each grid that updates take turns on, the finest first.
  let training: [SampleTable]
  /// The grid of each.
  let grids: [[Int]]
  /// Samples that best checkpoints and early stopping look at, on each grid; empty if there are none.
  public let validation: [SampleTable]
  let state: [HostBuffer]
  let stateNames: [String]
  /// Moving average of the weights.
  let average: HostBuffer?
  let seed: UInt64
  let pool: WorkerPool
  let runner: LaneRunner
  let evaluator: LaneRunner
  /// Memory of the workers; a ``Predictor`` on the same pool may share it.
  public let workerMemory: WorkerMemory
  let kernels: Kernels
  let turns: GridTurns
  /// Parameters that change, and the parts in which workers update what is in use of them.
  let trained: [Parameter]
  var segments: [ParameterSegment]
  /// Which Fourier modes are in use, where they grow.
  var growing: GrowingModel?
  /// Weights computed from parameters, and the pieces in which their gradients are summed over lanes.
  let derived: DerivedWeights
  let derivedSegments: [ParameterSegment]
  let losses: HostBuffer
  var squares: HostBuffer
  /// Items and learning rate of the update under way; kept so that a step allocates nothing.
  var items: [LaneRunner.Item] = []
  var rateUnderWay = 0.0
  /// The optimiser with the schedule's momentum, made when that changes.
  var optimizerUnderWay: (momentum: Double?, rule: any Optimizer)
  /// What the gradient is multiplied by, where it is too long.
  var shortening = 1.0
  lazy var segmentTask: (Int, Int) -> Void = { [unowned self] index, _ in update(segment: index) }
  lazy var derivedTask: (Int, Int) -> Void = { [unowned self] index, _ in sumDerived(segment: index) }
  lazy var measuringTask: (Int, Int) -> Void = { [unowned self] index, _ in measure(segment: index) }
  lazy var shorteningTask: (Int, Int) -> Void = { [unowned self] index, _ in shorten(segment: index) }

  /// - Parameters:
  ///   - builder: the one that the model was built with.
  ///   - training: the same samples on one grid or several, each coarser than the one before; see `data.strides`.
  ///   - validation: samples that best checkpoints and early stopping look at, on the same grids; never test samples.
  /// - Throws: ``TrainingError`` where configuration and data do not fit, `ModelError` for a grid that the model cannot
  ///   be applied on.
  public init(
    _ task: OperatorTask, _ configuration: TrainingConfiguration, builder: ParameterBuilder,
    training: [SampleTable], validation: [SampleTable] = [], seed: UInt64, pool: WorkerPool
  ) throws {
    guard let first = training.first else { preconditionFailure("there is something to train on") }
    guard configuration.batch <= first.sampleCount else {
      throw TrainingError.batchExceedsSamples(batch: configuration.batch, samples: first.sampleCount)
    }
    if configuration.earlyStopping != nil, validation.isEmpty {
      throw TrainingError.earlyStoppingWithoutValidation
    }
    if configuration.rollout == .oneStep, task.signature.rolloutSteps == 1 {
      throw TrainingError.rolloutWithoutWindow
    }
    for table in training {
      try configuration.loss.check(table.signature)
      try task.model.validate(grid: table.gridShape)
    }
    self.task = task
    self.configuration = configuration
    self.training = training
    grids = training.map(\.gridShape)
    self.validation = validation
    self.seed = seed
    self.pool = pool
    optimizerUnderWay = (nil, configuration.optimizer)
    turns = GridTurns(count: training.count, seed: seed)
    parameters = builder.parameters
    let precision = configuration.precision
    let count = builder.memoryCount
    stateNames = type(of: configuration.optimizer).stateNames
    let arrays =
      1 + stateNames.count + configuration.laneCount
      + (configuration.averageDecay == nil ? 0 : 1)
    let bytes = Double(count) * Double(arrays * precision.byteCount)
    guard bytes <= Double(PhysicalMemory.byteCount) else {
      throw TrainingError.modelExceedsMemory(
        parameters: builder.parameterCount, bytes: Int(min(bytes, 0x1p62)), memory: PhysicalMemory.byteCount)
    }
    values = HostBuffer(count: count, precision: precision)
    for parameter in builder.parameters { parameter.initialize(values, seed: seed) }
    try task.fitModel(to: first, into: values)
    state = stateNames.map { _ in HostBuffer(count: builder.trainedCount, precision: precision) }
    average = configuration.averageDecay.map { _ in HostBuffer(count: count, precision: precision) }
    kernels = Kernels(precision)
    if let average { kernels.copy(values.slice(), into: average.slice()) }
    let memory = WorkerMemory(pool, precision: precision)
    workerMemory = memory
    (runner, evaluator) = (
      LaneRunner(task, configuration, pool: pool, memory: memory, trains: true, parameterCount: count),
      LaneRunner(task, configuration, pool: pool, memory: memory, trains: false, parameterCount: count)
    )
    trained = try configuration.trained(among: builder.parameters)
    segments = ParameterSegment.segments(of: trained)
    derived = DerivedWeights(task.derivations, precision: precision, trains: true)
    derivedSegments = ParameterSegment.segments(of: derived.targets)
    losses = HostBuffer(count: configuration.batch, precision: .float64)
    squares = HostBuffer(count: segments.count, precision: .float64)
    growing = try configuration.modeGrowth.map {
      try GrowingModel($0, task.model, memoryCount: builder.trainedCount, precision: precision)
    }
    let step =
      bytes + Double(pool.workerCount) * Double(runner.programByteCount(of: first, steps: trainingSteps))
    guard step <= Double(PhysicalMemory.byteCount) else {
      throw TrainingError.stepExceedsMemory(
        bytes: Int(min(step, 0x1p62)), memory: PhysicalMemory.byteCount, threads: pool.workerCount)
    }
    for weights in [values, average].compactMap({ $0 }) { growing?.clearUnused(in: weights) }
    adoptModes()
  }

  /// Steps of a sample that are training items of their own.
  var itemsPerSample: Int { configuration.rollout == .oneStep ? task.signature.rolloutSteps : 1 }
  /// Applications of the operator per training item.
  var trainingSteps: Int { configuration.rollout == .oneStep ? 1 : task.signature.rolloutSteps }
  /// Training items of one epoch: samples, or all steps of all samples.
  public var itemsPerEpoch: Int { training[0].sampleCount * itemsPerSample }
  public var stepsPerEpoch: Int { (itemsPerEpoch + configuration.batch - 1) / configuration.batch }

  /// The weights that validation and results use.
  public var resultWeights: HostBuffer { average ?? values }

  /// The learning rate of the next update.
  public var learningRate: Double {
    configuration.schedule.learningRate(base: configuration.optimizer.learningRate, at: position)
  }

  /// That of the first update of the epoch under way.
  public var epochLearningRate: Double {
    configuration.schedule.learningRate(
      base: configuration.optimizer.learningRate, at: position(step: progress.step - progress.stepInEpoch))
  }

  /// Where the run stands, as schedules see it.
  var position: ScheduleProgress { position(step: progress.step) }

  private func position(step: Int) -> ScheduleProgress {
    ScheduleProgress(
      epoch: progress.epoch, step: step, stepsPerEpoch: stepsPerEpoch, totalEpochs: configuration.epochs)
  }

  /// Bytes held for weights, optimiser, gradients and the workers' memory after the first update.
  public var byteCount: Int {
    values.byteCount * (average == nil ? 1 : 2) + state.reduce(0) { $0 + $1.byteCount } + runner.byteCount
      + workerMemory.byteCount + derived.byteCount + (growing?.gradient?.byteCount ?? 0)
  }
}
