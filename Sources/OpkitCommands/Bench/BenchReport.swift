import Autodiff
import Configuration
import Datasets
import Tensors
import Training

/// Times of training steps and predictions, and of each operation.
struct BenchReport {
  private let parameterCount: Int
  private let batch: Int
  private let threads: Int
  private let stepSeconds: [Double]
  private let forwardSeconds: [Double]
  private let calibration: [Double]
  private let operations: [OperationTime]

  init(_ configuration: BenchConfiguration, steps: Int, threads: Int) throws {
    let builder = ParameterBuilder()
    let model = try configuration.model.build(configuration.signature, builder)
    let training = configuration.training
    let table = SampleTable(
      random: training.batch, signature: configuration.signature, seed: configuration.seed,
      precision: training.precision)
    let task = try OperatorTask(
      model: model, derivations: builder.derivations, fittingNormalizersTo: table, input: .none, output: .none)
    let pool = WorkerPool(workerCount: threads)
    let trainer = try Trainer(
      task, training, builder: builder, training: table, validation: nil, seed: configuration.seed, pool: pool
    )
    let predictor = Predictor(task, parameters: trainer.values, pool: pool)
    let outputs = HostBuffer(count: table.outputs.count, precision: training.precision)
    let grid = configuration.signature.gridShape
    var (stepSeconds, forwardSeconds, calibration): ([Double], [Double], [Double]) = ([], [], [])
    for round in 0..<(steps + 2) {
      let peak = BenchReport.matrixSpeed(training.precision)
      let start = now()
      _ = try trainer.trainEpoch()
      let middle = now()
      predictor.predict(table.inputs, count: table.sampleCount, grid: grid, steps: 1, into: outputs)
      let end = now()
      if round < 2 { continue }
      calibration.append(peak)
      stepSeconds.append(middle - start)
      forwardSeconds.append(end - middle)
    }
    self.stepSeconds = stepSeconds
    self.forwardSeconds = forwardSeconds
    self.calibration = calibration
    self.threads = threads
    parameterCount = builder.parameterCount
    batch = training.batch
    operations = trainer.timeOperations(clock: now)
  }

  /// GFLOP/s of one core on a product that fits its cache: what the machine gives at this moment.
  private static func matrixSpeed(_ precision: Precision) -> Double {
    let (m, n, k) = (56, 32, 128)
    let (a, b, c) = (
      HostBuffer(count: m * k, precision: precision), HostBuffer(count: k * n, precision: precision),
      HostBuffer(count: m * n, precision: precision)
    )
    let kernels = Kernels(precision)
    let repetitions = 200
    let start = now()
    for _ in 0..<repetitions {
      kernels.multiply(
        .init(a.slice(), rows: m, columns: k), .init(b.slice(), rows: k, columns: n),
        into: .init(c.slice(), rows: m, columns: n))
    }
    return 2e-9 * Double(m * n * k * repetitions) / (now() - start)
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : 0.5 * (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2])
  }

  var json: JSONValue {
    [
      "parameters": .integer(parameterCount), "batch": .integer(batch), "threads": .integer(threads),
      "kernels": .string(KernelSet.active.name),
      "stepMilliseconds": BenchReport.summary(stepSeconds),
      "forwardMilliseconds": BenchReport.summary(forwardSeconds),
      "samplesPerSecond": .number(Double(batch) / BenchReport.median(stepSeconds)),
      "peakMemoryBytes": .integer(peakMemory()),
      "matrixGigaflopsPerCore": .number(BenchReport.median(calibration)),
      "operations": .array(
        operations.map {
          [
            "name": .string($0.name), "count": .integer($0.count),
            "forwardMilliseconds": .number(1000 * $0.forward),
            "backwardMilliseconds": .number(1000 * $0.backward),
          ]
        }),
    ]
  }

  private static func summary(_ seconds: [Double]) -> JSONValue {
    [
      "median": .number(1000 * median(seconds)), "least": .number(1000 * (seconds.min() ?? 0)),
      "most": .number(1000 * (seconds.max() ?? 0)),
    ]
  }

  var text: String {
    let total = operations.reduce(0) { $0 + $1.forward + $1.backward }
    func span(_ seconds: [Double]) -> String {
      "\(milliseconds(BenchReport.median(seconds)))  (\(milliseconds(seconds.min() ?? 0)) … \(milliseconds(seconds.max() ?? 0)))"
    }
    let head = tableText([
      ["parameters", grouped(parameterCount)],
      ["batch", "\(batch) on \(threads) threads, \(KernelSet.active.name) kernels"],
      ["step", span(stepSeconds)], ["forward", span(forwardSeconds)],
      ["samples", "\(numberText(Double(batch) / BenchReport.median(stepSeconds))) a second in training"],
      ["memory", "\(byteText(Double(peakMemory()))) at most"],
      ["machine", "\(numberText(BenchReport.median(calibration))) GFLOP/s a core on a product in cache"],
    ])
    let rows = operations.map {
      [
        $0.name, String($0.count), milliseconds($0.forward), milliseconds($0.backward),
        "\(numberText(100 * ($0.forward + $0.backward) / total, digits: 3)) %",
      ]
    }
    return head + "\n\nOperations of one lane on one core\n"
      + tableText([["operation", "count", "forward", "backward", "share"]] + rows)
  }
}
