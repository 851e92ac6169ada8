import Autodiff
import Configuration
import Datasets
import Tensors

/// Fits a model: owns weights, optimiser state and the position in the run, and does one update or one epoch at a time.
public final class Trainer {
  public let task: OperatorTask
  public let configuration: TrainingConfiguration
  public let parameters: [Parameter]
  /// The weights being trained.
  public let values: HostBuffer
  public internal(set) var progress = TrainingProgress()

  let training: SampleTable
  let validation: SampleTable?
  let state: [HostBuffer]
  let stateNames: [String]
  /// Moving average of the weights.
  let average: HostBuffer?
  private let seed: UInt64
  private let pool: WorkerPool
  private let runner: LaneRunner
  private let evaluator: LaneRunner
  /// Memory of the workers; a ``Predictor`` on the same pool may share it.
  public let workerMemory: WorkerMemory
  private let kernels: Kernels
  private let segments: [ParameterSegment]
  /// Weights computed from parameters, and the pieces in which their gradients are summed over lanes.
  private let derived: DerivedWeights
  private let derivedSegments: [ParameterSegment]
  private let losses: HostBuffer
  private let squares: HostBuffer
  /// Items of the update under way; kept so that a step allocates nothing.
  private var items: [LaneRunner.Item] = []
  private var rateUnderWay = 0.0
  /// The optimiser with the schedule's momentum, made when that changes.
  private var optimizerUnderWay: (momentum: Double?, rule: any Optimizer)
  private let grid: [Int]
  private lazy var segmentTask: (Int, Int) -> Void = { [unowned self] index, _ in update(segment: index) }

  /// - Parameters:
  ///   - builder: the one that the model was built with.
  ///   - validation: samples that best checkpoints and early stopping look at; never test samples.
  /// - Throws: ``TrainingError`` where configuration and data do not fit.
  public init(
    _ task: OperatorTask, _ configuration: TrainingConfiguration, builder: ParameterBuilder,
    training: SampleTable,
    validation: SampleTable?, seed: UInt64, pool: WorkerPool
  ) throws {
    guard configuration.batch <= training.sampleCount else {
      throw TrainingError.batchExceedsSamples(batch: configuration.batch, samples: training.sampleCount)
    }
    if configuration.earlyStopping != nil, validation == nil {
      throw TrainingError.earlyStoppingWithoutValidation
    }
    if configuration.rollout == .oneStep, task.signature.rolloutSteps == 1 {
      throw TrainingError.rolloutWithoutWindow
    }
    try configuration.loss.check(task.signature)
    self.task = task
    self.configuration = configuration
    self.training = training
    grid = training.signature.gridShape
    self.validation = validation
    self.seed = seed
    self.pool = pool
    optimizerUnderWay = (nil, configuration.optimizer)
    parameters = builder.parameters
    let precision = configuration.precision
    let count = builder.memoryCount
    values = HostBuffer(count: count, precision: precision)
    for parameter in builder.parameters { parameter.initialize(values, seed: seed) }
    try task.fitModel(to: training, into: values)
    stateNames = type(of: configuration.optimizer).stateNames
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
    segments = ParameterSegment.segments(of: try configuration.trained(among: builder.parameters))
    derived = DerivedWeights(task.derivations, precision: precision, trains: true)
    derivedSegments = ParameterSegment.segments(of: derived.targets)
    losses = HostBuffer(count: configuration.batch, precision: .float64)
    squares = HostBuffer(count: segments.count, precision: .float64)
  }

  /// Applications of the operator per training item.
  private var trainingSteps: Int { configuration.rollout == .oneStep ? 1 : task.signature.rolloutSteps }
  /// Training items of one epoch: samples, or all steps of all samples.
  public var itemsPerEpoch: Int {
    training.sampleCount * (configuration.rollout == .oneStep ? task.signature.rolloutSteps : 1)
  }
  public var stepsPerEpoch: Int { (itemsPerEpoch + configuration.batch - 1) / configuration.batch }

  /// The weights that validation and results use.
  public var resultWeights: HostBuffer { average ?? values }

  /// The learning rate of the next update.
  public var learningRate: Double {
    configuration.schedule.learningRate(base: configuration.optimizer.learningRate, at: position)
  }

  /// Where the run stands, as schedules see it.
  private var position: ScheduleProgress {
    ScheduleProgress(
      epoch: progress.epoch, step: progress.step, stepsPerEpoch: stepsPerEpoch,
      totalEpochs: configuration.epochs)
  }

  /// Trains what is left of the epoch under way, and says the mean loss per item.
  ///
  /// - Parameters:
  ///   - interrupt: asked before each update, at a moment from which a checkpoint continues to the same bits; when it
  ///     says yes the epoch stays unfinished.
  ///   - report: told the updates done in this epoch and the mean loss of the last one.
  /// - Returns: nil when interrupted.
  /// - Throws: ``TrainingError/nonFinite(epoch:step:what:learningRate:)``.
  public func trainEpoch(
    interrupt: () throws -> Bool = { false }, report: (_ step: Int, _ loss: Double) -> Void = { _, _ in }
  ) throws -> Double? {
    // The whole set in one batch needs no shuffling.
    let order =
      stepsPerEpoch == 1
      ? Array(0..<itemsPerEpoch)
      : Philox(seed: seed, stream: "shuffle").permutation(count: itemsPerEpoch, index: UInt64(progress.epoch))
    let stepsPerSample = configuration.rollout == .oneStep ? task.signature.rolloutSteps : 1
    while progress.stepInEpoch < stepsPerEpoch {
      if try interrupt() { return nil }
      let start = progress.stepInEpoch * configuration.batch
      items.removeAll(keepingCapacity: true)
      for index in order[start..<min(start + configuration.batch, order.count)] {
        items.append(LaneRunner.Item(sample: index / stepsPerSample, start: index % stepsPerSample))
      }
      let sum = try update(items)
      progress.lossSum += sum
      progress.stepInEpoch += 1
      report(progress.stepInEpoch, sum / Double(items.count))
    }
    for parameter in parameters {
      let slice = values.slice(from: parameter.offset, length: parameter.count)
      if let index = kernels.firstNonFinite(slice) {
        throw nonFinite("parameter \(parameter.name)[\(index)] after the last update")
      }
    }
    progress.trainingLoss = progress.lossSum / Double(order.count)
    progress.epoch += 1
    progress.stepInEpoch = 0
    progress.lossSum = 0
    return progress.trainingLoss
  }

  /// One update; returns the sum of the items' losses.
  private func update(_ items: [LaneRunner.Item]) throws -> Double {
    let scale = configuration.lossReduction == .mean ? 1 / Double(items.count) : 1
    derived.compute(in: values, pool: pool)
    runner.run(
      items, of: training, grid: grid, steps: trainingSteps, parameters: values, scale: scale, losses: losses)
    var sum = 0.0
    for i in items.indices { sum += losses[i] }
    guard sum.isFinite else {
      throw nonFinite(
        runner.locateNonFinite(
          items, of: training, steps: trainingSteps, parameters: values, named: parameters))
    }
    rateUnderWay = learningRate
    let momentum = configuration.schedule.momentum(at: position)
    if momentum != optimizerUnderWay.momentum {
      let own = configuration.optimizer
      optimizerUnderWay = (momentum, momentum.map { own.with(momentum: $0) } ?? own)
    }
    progress.step += 1
    pullBackDerived()
    if let clip = configuration.gradientClip { clipGradient(to: clip) }
    pool.repeatKept(segments.count, segmentTask)
    return sum
  }

  /// Sums the lanes' gradients of derived weights and turns them into gradients of parameters, in the first lane's array;
  /// the other lanes hold zeros there.
  private func pullBackDerived() {
    if derivedSegments.isEmpty { return }
    pool.forEach(derivedSegments.count) { index, _ in
      kernels.reduceLanes(
        runner.gradients, range: derivedSegments[index].range, scale: 1, into: runner.gradients[0])
    }
    derived.pullBack(values: values, gradients: runner.gradients[0], pool: pool)
  }

  /// Updates the weights of one segment.
  private func update(segment index: Int) {
    let segment = segments[index]
    let gradient = runner.gradients[0]
    if configuration.gradientClip == nil {
      kernels.reduceLanes(runner.gradients, range: segment.range, scale: 1, into: gradient)
    }
    optimizerUnderWay.rule.update(
      segment, step: progress.step, learningRate: rateUnderWay, kernels: kernels, parameters: values,
      gradients: gradient, state: state)
    guard let average, let decay = configuration.averageDecay else { return }
    let target = average.slice(from: segment.range.lowerBound, length: segment.range.count)
    kernels.scale(decay, target, into: target)
    kernels.scale(
      1 - decay, values.slice(from: segment.range.lowerBound, length: segment.range.count), into: target,
      accumulate: true)
  }

  /// Sums the lanes and scales the whole gradient down to norm `limit` if it is longer.
  private func clipGradient(to limit: Double) {
    let gradient = runner.gradients[0]
    pool.forEach(segments.count) { index, _ in
      let range = segments[index].range
      kernels.reduceLanes(runner.gradients, range: range, scale: 1, into: gradient)
      let slice = gradient.slice(from: range.lowerBound, length: range.count)
      squares[index] = kernels.dot(slice, slice)
    }
    let norm = squares.doubles.reduce(0, +).squareRoot()
    guard norm > limit else { return }
    pool.forEach(segments.count) { index, _ in
      let range = segments[index].range
      let slice = gradient.slice(from: range.lowerBound, length: range.count)
      kernels.scale(limit / norm, slice, into: slice)
    }
  }

  private func nonFinite(_ what: String) -> TrainingError {
    .nonFinite(
      epoch: progress.epoch + 1, step: progress.stepInEpoch + 1, what: what, learningRate: learningRate)
  }

  /// Mean loss and mean relative L2 error over a table, with the result weights and the whole roll-out.
  public func evaluate(_ table: SampleTable) -> (loss: Double, relativeL2: Double) {
    let (losses, errors) = (
      HostBuffer(count: table.sampleCount, precision: .float64),
      HostBuffer(count: table.sampleCount, precision: .float64)
    )
    derived.compute(in: resultWeights, pool: pool)
    evaluator.run(
      (0..<table.sampleCount).map { .init(sample: $0, start: 0) }, of: table,
      grid: table.signature.gridShape, steps: task.signature.rolloutSteps,
      parameters: resultWeights, scale: 1, losses: losses, errors: errors)
    let count = Double(max(1, table.sampleCount))
    return (losses.doubles.reduce(0, +) / count, errors.doubles.reduce(0, +) / count)
  }

  /// Bytes held for weights, optimiser, gradients and the workers' memory after the first update.
  public var byteCount: Int {
    values.byteCount * (average == nil ? 1 : 2) + state.reduce(0) { $0 + $1.byteCount } + runner.byteCount
      + workerMemory.byteCount + derived.byteCount
  }

  /// Seconds that one update takes, measured on the first batch without changing anything.
  ///
  /// For estimates before a run: two updates' forward and backward passes, the second one timed by `clock`.
  public func measureUpdate(clock: () -> Double) -> Double {
    let items = (0..<configuration.batch).map { LaneRunner.Item(sample: $0 % training.sampleCount, start: 0) }
    var seconds = 0.0
    for _ in 0..<2 {
      let start = clock()
      derived.compute(in: values, pool: pool)
      runner.run(
        items, of: training, grid: grid, steps: trainingSteps, parameters: values, scale: 1, losses: losses)
      seconds = clock() - start
    }
    return seconds
  }
}

extension Trainer {
  /// Seconds of each operation for the first samples of the training table.
  func timedLane(samples: Int, clock: () -> Double) -> [OperationCost] {
    derived.compute(in: values, pool: pool)
    return runner.timed(
      (0..<samples).map { .init(sample: $0 % training.sampleCount, start: 0) }, of: training,
      steps: trainingSteps,
      parameters: values, clock: clock)
  }

  /// The groups that a checkpoint to continue from holds.
  func groups() -> [Checkpoint.Group] {
    [Checkpoint.Group(name: "model", values: values)]
      + (average.map { [Checkpoint.Group(name: "average", values: $0)] } ?? [])
      + zip(stateNames, state).map { Checkpoint.Group(name: "optimizer.\($0)", values: $1) }
  }

  /// Takes weights, optimiser state and position from a checkpoint.
  public func restore(_ file: CheckpointFile) throws {
    for group in groups() { try file.read(group: group.name, parameters: parameters, into: group.values) }
    progress = file.checkpoint.progress
  }

  /// Takes the weights only.
  public func initialize(from file: CheckpointFile) throws {
    try file.readWeights(parameters: parameters, into: values)
    if let average { kernels.copy(values.slice(), into: average.slice()) }
  }
}
