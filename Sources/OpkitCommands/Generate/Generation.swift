import Configuration
import Datasets
import Diagnostics
import Fields
import Solvers
import Synchronization
import Tensors

/// The work of `opkit generate`: samples are solved in parallel and written in order, a window at a time.
struct Generation {
  let configuration: GenerateConfiguration
  let resolved: JSONValue
  let path: String
  let force: Bool

  /// Memory that a window of solved samples may take.
  private static let windowBytes = 256 << 20
  /// Samples per worker in a window: a straggler then costs at most a few per cent.
  private static let windowRounds = 32

  private var layout: SampleLayout { configuration.problem.layout }

  /// Numbers in the fields of one sample.
  private var sampleValues: Int {
    layout.fields.reduce(0) { $0 + layout.shape(of: $1).reduce(1, *) }
  }

  private func windowCount(workers: Int) -> Int {
    let affordable = Generation.windowBytes / max(1, 8 * sampleValues)
    return min(configuration.samples, max(workers, min(affordable, Generation.windowRounds * workers)))
  }

  /// Solves and writes everything; prints the summary.
  func run(_ invocation: Invocation) throws -> ExitStatus {
    let start = ContinuousClock.now
    let samples = configuration.samples
    let workers = min(invocation.threads, samples)
    let solvers = try (0..<workers).map { _ in try configuration.problem.makeSolver() }
    let writer = try makeWriter()
    let pool = WorkerPool(workerCount: workers)
    let window = windowCount(workers: workers)
    let progress = invocation.console.progress("generate", total: samples, unit: "samples")
    var summary = QualitySummary(configuration.problem.qualityMeasures)
    progress.update(0)
    for first in stride(from: 0, to: samples, by: window) {
      let count = min(window, samples - first)
      let solved = solve(first, count, pool, solvers, invocation.stop, progress)
      if invocation.stop.isRequested {
        writer.abandon()
        invocation.console.note("stopped by \(StopRequest.signalName ?? "a request"); nothing was written")
        return .stoppedResumable
      }
      for (offset, result) in solved.enumerated() {
        guard let sample = try result?.get() else { preconditionFailure("a sample was not solved") }
        try writer.append(sample)
        summary.add(sample, index: first + offset)
      }
    }
    try writer.finish()
    progress.finish()
    try invocation.console.print(
      summary.text(path: path, seconds: (ContinuousClock.now - start) / .seconds(1)))
    return .success
  }

  /// Samples `first ..< first + count`; an entry is `nil` only after a stop was requested.
  private func solve(
    _ first: Int, _ count: Int, _ pool: WorkerPool, _ solvers: [any SampleSolver], _ stop: StopRequest,
    _ progress: Progress
  ) -> [Result<SolvedSample, any Error>?] {
    let seed = UInt64(configuration.seed)
    let done = Atomic(first)
    var solved = [Result<SolvedSample, any Error>?](repeating: nil, count: count)
    solved.withUnsafeMutableBufferPointer { slots in
      pool.forEach(count) { task, worker in
        if stop.isRequested { return }
        slots[task] = Result { try solvers[worker].solve(index: first + task, seed: seed) }
        progress.update(done.add(1, ordering: .relaxed).newValue)
      }
    }
    return solved
  }

  private func makeWriter() throws -> DatasetWriter {
    try DatasetWriter(
      path: path, layout: layout, mapping: configuration.problem.mapping, sampleCount: configuration.samples,
      qualityMeasures: configuration.problem.qualityMeasures.map { ($0.name, $0.longName) },
      attributes: attributes, storage: configuration.storage, overwrite: force)
  }

  private var attributes: [(String, AttributeValue)] {
    let card = type(of: configuration.problem).card
    var attributes: [(String, AttributeValue)] = [
      ("title", .text("\(card.title): \(configuration.samples) samples")),
      ("source", .text("opkit \(VersionReport.version)")), ("references", .text(card.citation)),
      ("pde", .text(card.identifier)), ("pde_equation", .text(card.equation)),
    ]
    for (name, parameter) in configuration.problem.parameters {
      switch parameter {
      case .number(let value): attributes.append(("pde_\(name)", .number(value)))
      case .text(let text): attributes.append(("pde_\(name)", .text(text)))
      }
    }
    attributes.append(("seed", .integer(configuration.seed)))
    attributes.append(("opkit_version", .text(VersionReport.version)))
    attributes.append(("opkit_configuration", .text(resolved.serialized(indent: nil))))
    return attributes
  }

  /// What `--dry-run` prints: shapes, file size, memory and time.
  func estimate(threads: Int) -> String {
    let problem = configuration.problem
    let workers = min(threads, configuration.samples)
    let fileBytes =
      Double(configuration.samples) * Double(sampleValues) * Double(configuration.storage.byteCount)
    let windowBytes = Double(windowCount(workers: workers)) * Double(sampleValues) * 8
    let memory = Double(workers) * Double(problem.estimate.bytesPerWorker) + windowBytes
    let seconds = Double(configuration.samples) * problem.estimate.secondsPerSample / Double(workers)
    let card = type(of: problem).card
    var rows = [
      ["problem", "\(card.identifier): \(card.title)"], ["equation", card.equation],
      ["samples", "\(configuration.samples), seed \(configuration.seed)"],
    ]
    for axis in layout.axes {
      rows.append(["axis \(axis.name)", "\(axis.count) points, \(axis.boundary.rawValue)"])
    }
    if let first = layout.times.first, let last = layout.times.last {
      rows.append(["times", "\(layout.times.count) from \(numberText(first)) to \(numberText(last))"])
    }
    for field in layout.fields {
      let shape = ([configuration.samples] + layout.shape(of: field)).map(String.init).joined(
        separator: " × ")
      rows.append(["field \(field.name)", "\(shape) \(configuration.storage.rawValue)"])
    }
    rows.append(["file", "\(path), about \(byteText(fileBytes))"])
    rows.append(["memory", "about \(byteText(memory))"])
    rows.append([
      "time", "about \(durationText(seconds)) on \(workers) \(workers == 1 ? "thread" : "threads")",
    ])
    return tableText(rows)
  }
}
