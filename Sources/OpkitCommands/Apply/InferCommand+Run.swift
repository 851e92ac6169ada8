import Configuration
import Datasets
import Diagnostics
import Fields
import Tensors
import Training

extension Infer {
  func applyModel(_ invocation: Invocation) throws -> ExitStatus {
    let model = try TrainedModel(path: checkpoint, shared: shared)
    let pool = WorkerPool(workerCount: invocation.threads)
    let precision = model.configuration.training.precision
    let asked = try points.map { try AskedPoints(path: $0, model: model, checkpoint: checkpoint) }
    let reader = try SampleReader(
      DatasetFile(path: input), mapping: asked?.mapping ?? model.file.checkpoint.mapping,
      options: model.configuration.data.reading, precision: precision, includeOutputs: false)
    try model.check(reader, onGrid: asked == nil)
    model.warnOfOtherDomain(reader, invocation.console)
    let task = asked?.task ?? model.task.asked(atPointsOf: reader)
    let predictor = Predictor(task, parameters: model.parameters, pool: pool)
    let steps = task.signature.rolloutSteps
    let channels = task.signature.outputChannels * steps
    let writer = try PredictionWriter(
      path: output, outputs: asked?.outputs ?? model.file.checkpoint.outputs, axes: reader.axes,
      points: task.signature.queries, sampleIndices: Array(0..<reader.sampleCount), precision: precision,
      attributes: [
        ("title", .text("predictions of \(model.configuration.model.card.identifier)")),
        ("checkpoint", .text(checkpoint)), ("input", .text(input)),
      ],
      overwrite: force)
    let outputPoints = (task.signature.queries == nil ? reader.axes.map(\.count) : task.signature.outputShape)
      .reduce(1, *)
    let chunk = max(
      1, min(64, (1 << 22) / max(outputPoints * channels, reader.pointCount * reader.inputChannels)))
    let inputs = HostBuffer(count: chunk * reader.pointCount * reader.inputChannels, precision: precision)
    let outputs = HostBuffer(count: chunk * outputPoints * channels, precision: precision)
    let places = task.signature.queries.map { $0.buffer(samples: chunk, precision: precision) }
    let progress = invocation.console.progress("infer", total: reader.sampleCount, unit: "samples")
    do {
      for start in stride(from: 0, to: reader.sampleCount, by: chunk) {
        try invocation.continueUnlessStopped("the prediction")
        let count = min(chunk, reader.sampleCount - start)
        try reader.read(start..<(start + count), inputs: inputs.base, outputs: nil)
        if case .perSample? = task.signature.queries, let places {
          try reader.readPoints(start..<(start + count), into: places.base)
        }
        predictor.predict(
          inputs, at: places, count: count, grid: reader.axes.map(\.count), steps: steps, into: outputs)
        try writer.append(outputs.base, at: places?.base, samples: count)
        progress.update(start + count)
      }
      try writer.finish()
      progress.finish()
    } catch {
      writer.abandon()
      throw error
    }
    try invocation.console.print(output)
    return .success
  }
}

extension QueryPoints {
  /// Memory for the coordinates of so many samples, filled where all samples share them.
  fileprivate func buffer(samples: Int, precision: Precision) -> HostBuffer {
    let size = count * dimensions
    let buffer = HostBuffer(count: samples * size, precision: precision)
    if case .common(let coordinates, _) = self {
      for i in 0..<buffer.count { buffer[i] = coordinates[i % size] }
    }
    return buffer
  }
}

extension OperatorTask {
  /// The task at the points that a file holds, which may be other ones, and more or fewer, than in training.
  func asked(atPointsOf reader: SampleReader) -> OperatorTask {
    guard let queries = reader.signature.queries, self.signature.queries != nil else { return self }
    var signature = signature
    signature.queries = queries
    return OperatorTask(
      model: model, derivations: derivations, signature: signature, inputNormalizer: inputNormalizer,
      outputNormalizer: outputNormalizer)
  }
}
