import Autodiff
import Datasets
import Tensors
import Training

/// The measurements of `opkit bench`, through the paths that `train` and `infer` take.
struct BenchRun {
  let parameterCount: Int
  let batch: Int
  let threads: Int
  private(set) var stepSeconds: [Double] = []
  /// Predicting a whole batch, and one sample alone.
  let forwardSeconds: [Double]
  let sampleSeconds: [Double]
  private(set) var calibrations: [Calibration] = []
  let bandwidths: [Double]
  let peakBytes: Int
  /// Resident memory after the last step less that after the first ones.
  let growthBytes: Int
  /// Of one lane on one core, the costliest first.
  let operations: [OperationTime]
  let update: UpdateTime
  /// Lanes of the size that the operations were timed with in one step.
  let lanesPerStep: Double

  init(_ configuration: BenchConfiguration, steps: Int, _ invocation: Invocation) throws {
    let threads = invocation.threads
    let builder = ParameterBuilder()
    let model = try configuration.model.build(configuration.signature, builder)
    let training = configuration.training
    let table = SampleTable(
      random: training.batch, signature: configuration.signature, seed: configuration.seed,
      precision: training.precision)
    let task = try OperatorTask(
      model: model, derivations: builder.derivations, fittingNormalizersTo: table, input: .none, output: .none
    )
    let pool = WorkerPool(workerCount: threads)
    let trainer = try Trainer(
      task, training, builder: builder, training: [table], seed: configuration.seed, pool: pool
    )
    let predictor = Predictor(
      task, parameters: trainer.values, pool: pool, memory: trainer.workerMemory)
    let outputs = HostBuffer(count: table.outputs.count, precision: training.precision)
    let grid = configuration.signature.gridShape
    let workspace = Calibration.Workspace(training.precision, measuresBandwidth: false)
    var residentAtStart = 0
    for round in 0..<(steps + BenchRun.warmUp) {
      try invocation.continueUnlessStopped("the benchmark")
      if round == BenchRun.warmUp { residentAtStart = residentMemory() }
      let calibration = Calibration(workspace)
      let start = now()
      _ = try trainer.trainEpoch()
      let end = now()
      if round < BenchRun.warmUp { continue }
      calibrations.append(calibration)
      stepSeconds.append(end - start)
    }
    // Each in a row of its own, as `infer` does it: a training step between two predictions would empty the caches.
    let predictions = { (count: Int) in
      try (0..<(steps + BenchRun.warmUp)).map { _ in
        try invocation.continueUnlessStopped("the benchmark")
        let start = now()
        predictor.predict(table.inputs, count: count, grid: grid, steps: 1, into: outputs)
        return now() - start
      }.dropFirst(BenchRun.warmUp)
    }
    forwardSeconds = Array(try predictions(training.batch))
    sampleSeconds = Array(try predictions(1))
    growthBytes = max(0, residentMemory() - residentAtStart)
    operations = trainer.timeOperations(clock: now)
    update = trainer.timeUpdate(clock: now)
    peakBytes = peakMemory()
    // After the peak is read, because the streamed arrays are not the model's.
    let streams = Calibration.Workspace(training.precision, measuresBandwidth: true)
    bandwidths = (0..<5).map { _ in Calibration(streams).bandwidth }
    self.threads = threads
    parameterCount = builder.parameterCount
    batch = training.batch
    lanesPerStep = Double(training.batch) / Double(trainer.timedSamples)
  }

  /// Rounds that are not counted.
  private static let warmUp = 2
}
