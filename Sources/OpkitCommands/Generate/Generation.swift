import Configuration
import Datasets
import Diagnostics
import Fields
import Files
import Solvers
import Synchronization
import Tensors

/// The work of `opkit generate`: samples are solved in parallel and written in order as they get ready.
struct Generation {
  let configuration: GenerateConfiguration
  let resolved: JSONValue
  /// Which samples of the dataset are made.
  let samples: Range<Int>
  let path: String
  let force: Bool
  /// Whether solved samples are kept in a journal until the file is complete.
  let isResumable: Bool

  /// Memory that samples which wait for an earlier one may take.
  private static let waitingBytes = 256 << 20
  /// Samples that may be open for each worker: one that takes so many times as long as the others holds nobody up.
  private static let openSamplesPerWorker = 32

  private var layout: SampleLayout { configuration.problem.layout }

  /// Numbers in the fields of one sample.
  private var sampleValues: Int {
    layout.fields.reduce(0) { $0 + layout.shape(of: $1).reduce(1, *) }
  }

  /// Samples that are solved or wait to be written at a time.
  private func openSamples(workers: Int) -> Int {
    let affordable = Generation.waitingBytes / max(1, 8 * sampleValues)
    return min(samples.count, max(workers, min(affordable, Generation.openSamplesPerWorker * workers)))
  }

  /// Solves and writes everything; prints the summary.
  func run(_ invocation: Invocation) throws -> ExitStatus {
    let start = ContinuousClock.now
    let workers = min(invocation.threads, samples.count)
    let journal = isResumable ? try makeJournal() : nil
    let solvers = try (0..<workers).map { _ in try configuration.problem.makeSolver() }
    let writer = try makeWriter()
    let pool = WorkerPool(workerCount: workers)
    let delivery = OrderedDelivery<SolvedSample>(capacity: openSamples(workers: workers))
    let progress = invocation.console.progress("generate", total: samples.count, unit: "samples")
    var summary = QualitySummary(configuration.problem.qualityMeasures)
    if let journal, journal.journal.count > 0 {
      invocation.console.note(
        "continuing with \(counted(journal.journal.count, "sample")) of '\(journal.journal.path)'")
    }
    progress.update(0)
    let done = Atomic(0)
    pool.forEach(samples.count) { task, worker in
      if invocation.stop.isRequested { delivery.close() }
      guard delivery.mayBegin(task) else { return }
      let result = Result { try solve(samples.lowerBound + task, with: solvers[worker], journal) }
      progress.update(done.add(1, ordering: .relaxed).newValue)
      delivery.deliver(result, of: task) { sample in
        // Not this task's: whoever completes the line hands on what waited behind it.
        let index = samples.lowerBound + delivery.count
        try writer.append(sample)
        summary.add(sample, index: index)
      }
    }
    try delivery.check()
    if invocation.stop.isRequested, delivery.count < samples.count {
      writer.abandon()
      let kept = journal.map { "\($0.journal.count) samples are in '\($0.journal.path)'" }
      let signal = StopRequest.signalName ?? "a request"
      invocation.console.note("stopped by \(signal); \(kept ?? "nothing was written")")
      return .stoppedResumable
    }
    try writer.finish()
    journal?.journal.remove()
    progress.finish()
    try invocation.console.print(
      summary.text(path: path, seconds: (ContinuousClock.now - start) / .seconds(1)))
    return .success
  }

  /// The sample that the journal has, or a new one, which it then keeps.
  private func solve(
    _ index: Int, with solver: any SampleSolver, _ journal: SampleJournal?
  ) throws -> SolvedSample {
    if let kept = try journal?.sample(index) { return kept }
    let sample = try solver.solve(index: index, seed: UInt64(configuration.seed))
    try journal?.keep(sample, as: index)
    return sample
  }

  private func makeWriter() throws -> DatasetWriter {
    try DatasetWriter(
      path: path, layout: layout, mapping: configuration.problem.mapping, sampleCount: samples.count,
      qualityMeasures: configuration.problem.qualityMeasures.map { ($0.name, $0.longName) },
      attributes: attributes, sampleIndices: Array(samples), storage: configuration.storage, overwrite: force)
  }

  /// The journal beside the output. It belongs to this configuration, range and version alone.
  private func makeJournal() throws -> SampleJournal {
    var digest = SHA256()
    for text in [VersionReport.version, resolved.serialized(indent: nil), "\(samples)"] {
      digest.update(text)
    }
    return try SampleJournal(
      path: path + ".progress", identity: digest.hexadecimalDigest(), layout: layout,
      measures: configuration.problem.qualityMeasures, storage: configuration.storage)
  }

  private var attributes: [(String, AttributeValue)] {
    let card = type(of: configuration.problem).card
    var attributes: [(String, AttributeValue)] = [
      ("title", .text("\(card.title): \(counted(samples.count, "sample"))")),
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
    let workers = min(threads, samples.count)
    let fileBytes =
      Double(samples.count) * Double(sampleValues) * Double(configuration.storage.byteCount)
    let waitingBytes = Double(openSamples(workers: workers)) * Double(sampleValues) * 8
    let memory = Double(workers) * Double(problem.estimate.bytesPerWorker) + waitingBytes
    let seconds = Double(samples.count) * problem.estimate.secondsPerSample / Double(workers)
    let card = type(of: problem).card
    var rows = [
      ["problem", "\(card.identifier): \(card.title)"], ["equation", card.equation],
      ["samples", "\(samples.count), seed \(configuration.seed)"],
    ]
    for axis in layout.axes {
      rows.append(["axis \(axis.name)", "\(counted(axis.count, "point")), \(axis.boundary.rawValue)"])
    }
    if let first = layout.times.first, let last = layout.times.last {
      rows.append(["times", "\(layout.times.count) from \(numberText(first)) to \(numberText(last))"])
    }
    for field in layout.fields {
      let shape = ([samples.count] + layout.shape(of: field)).map(String.init).joined(
        separator: " × ")
      rows.append(["field \(field.name)", "\(shape) \(configuration.storage.rawValue)"])
    }
    rows.append(["file", "\(path), about \(byteText(fileBytes))"])
    rows.append(["memory", "about \(byteText(memory))"])
    rows.append([
      "time", "about \(durationText(seconds)) on \(counted(workers, "thread"))",
    ])
    return tableText(rows)
  }
}
