import Configuration
import Tensors
import Training

/// Times of training steps and predictions, and of each operation, as text and as JSON.
struct BenchReport {
  private let run: BenchRun

  init(_ run: BenchRun) { self.run = run }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : 0.5 * (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2])
  }

  private var peakFlops: Double { BenchReport.median(run.calibrations.map(\.flops)) }
  private var peakBandwidth: Double { BenchReport.median(run.bandwidths) }
  /// Of a whole step: every lane's operations.
  private var stepFlops: Double { run.lanesPerStep * run.operations.reduce(0) { $0 + $1.flops } }
  private var stepBytes: Double { run.lanesPerStep * run.operations.reduce(0) { $0 + $1.bytes } }
  private var forwardFlops: Double { run.lanesPerStep * run.operations.reduce(0) { $0 + $1.forward.flops } }

  var json: JSONValue {
    [
      "parameters": .integer(run.parameterCount), "batch": .integer(run.batch),
      "threads": .integer(run.threads), "kernels": .string(KernelSet.active.name),
      "stepMilliseconds": BenchReport.summary(run.stepSeconds),
      "forwardMilliseconds": BenchReport.summary(run.forwardSeconds),
      "sampleMilliseconds": BenchReport.summary(run.sampleSeconds),
      "samplesPerSecond": .number(Double(run.batch) / BenchReport.median(run.stepSeconds)),
      "peakMemoryBytes": .integer(run.peakBytes), "memoryGrowthBytes": .integer(run.growthBytes),
      "stepGigaflops": .number(1e-9 * stepFlops), "stepGigabytes": .number(1e-9 * stepBytes),
      "forwardGigaflops": .number(1e-9 * forwardFlops),
      "calibration": [
        "gigaflopsPerCore": .number(1e-9 * peakFlops),
        "gigabytesPerSecondPerCore": .number(1e-9 * peakBandwidth),
      ],
      "operations": .array(
        run.operations.map {
          [
            "name": .string($0.name), "count": .integer($0.count), "share": .number(share($0)),
            "forward": BenchReport.direction($0.forward), "backward": BenchReport.direction($0.backward),
          ]
        }),
      "update": [
        "reduction": BenchReport.part(run.update.reduction),
        "optimizer": BenchReport.part(run.update.optimizer),
      ],
    ]
  }

  private static func part(_ part: UpdateTime.Part) -> JSONValue {
    ["milliseconds": .number(1000 * part.seconds), "gigabytes": .number(1e-9 * part.bytes)]
  }

  private static func direction(_ d: OperationTime.Direction) -> JSONValue {
    [
      "milliseconds": .number(1000 * d.seconds), "gigaflops": .number(1e-9 * d.flops),
      "gigabytes": .number(1e-9 * d.bytes),
    ]
  }

  private static func summary(_ seconds: [Double]) -> JSONValue {
    [
      "median": .number(1000 * median(seconds)), "least": .number(1000 * (seconds.min() ?? 0)),
      "most": .number(1000 * (seconds.max() ?? 0)),
    ]
  }

  private func share(_ operation: OperationTime) -> Double {
    operation.seconds / run.operations.reduce(0) { $0 + $1.seconds }
  }

  var text: String {
    func span(_ seconds: [Double]) -> String {
      "\(milliseconds(BenchReport.median(seconds)))  (\(milliseconds(seconds.min() ?? 0)) … \(milliseconds(seconds.max() ?? 0)))"
    }
    func rate(_ amount: Double, _ seconds: Double) -> String {
      seconds > 0 ? numberText(1e-9 * amount / seconds) : "-"
    }
    let step = BenchReport.median(run.stepSeconds)
    let head = tableText([
      ["parameters", grouped(run.parameterCount)],
      ["batch", "\(run.batch) on \(counted(run.threads, "thread")), \(KernelSet.active.name) kernels"],
      ["step", "\(span(run.stepSeconds)), \(rate(stepFlops, step)) GFLOP/s"],
      ["forward", span(run.forwardSeconds)], ["one sample", span(run.sampleSeconds)],
      ["samples", "\(numberText(Double(run.batch) / step)) a second in training"],
      [
        "memory",
        "\(byteText(Double(run.peakBytes))) at most, \(byteText(Double(run.growthBytes))) more than after the first steps",
      ],
      [
        "machine",
        "\(numberText(1e-9 * peakFlops)) GFLOP/s a core on a product in cache, \(numberText(1e-9 * peakBandwidth)) GB/s a core from memory",
      ],
    ])
    let titles = ["operation", "count", "forward", "GFLOP/s", "GB/s", "backward", "GFLOP/s", "GB/s", "share"]
    let rows = run.operations.map { operation in
      [operation.name, String(operation.count)]
        + [operation.forward, operation.backward].flatMap {
          [milliseconds($0.seconds), rate($0.flops, $0.seconds), rate($0.bytes, $0.seconds)]
        } + ["\(numberText(100 * share(operation), digits: 3)) %"]
    }
    let update = [("sum of the lanes' gradients", run.update.reduction), ("optimizer", run.update.optimizer)]
      .map { [$0, milliseconds($1.seconds), rate($1.bytes, $1.seconds)] }
    return head + "\n\nOperations of one lane on one core\n" + tableText([titles] + rows)
      + "\n\nUpdate, once a step on all threads\n" + tableText([["part", "time", "GB/s"]] + update)
  }
}
