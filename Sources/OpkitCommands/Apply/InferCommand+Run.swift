import Configuration
import Datasets
import Diagnostics
import Tensors
import Training

extension Infer {
  func applyModel(_ invocation: Invocation) throws -> ExitStatus {
    let model = try TrainedModel(path: checkpoint, shared: shared)
    let pool = WorkerPool(workerCount: invocation.threads)
    let precision = model.configuration.training.precision
    let reader = try SampleReader(
      DatasetFile(path: input), mapping: model.file.checkpoint.mapping, options: model.configuration.data.reading,
      precision: precision, includeOutputs: false)
    try model.check(reader)
    let predictor = Predictor(model.task, parameters: model.parameters, pool: pool)
    let steps = model.task.signature.rolloutSteps
    let channels = model.task.signature.outputChannels * steps
    let writer = try PredictionWriter(
      path: output, outputs: model.file.checkpoint.outputs, axes: reader.axes,
      sampleIndices: Array(0..<reader.sampleCount), precision: precision,
      attributes: [("title", .text("predictions of \(model.configuration.model.card.identifier)")),
        ("checkpoint", .text(checkpoint)), ("input", .text(input))],
      overwrite: force)
    let chunk = max(1, min(64, (1 << 22) / (reader.pointCount * max(channels, reader.inputChannels))))
    let inputs = HostBuffer(count: chunk * reader.pointCount * reader.inputChannels, precision: precision)
    let outputs = HostBuffer(count: chunk * reader.pointCount * channels, precision: precision)
    let progress = invocation.console.progress("infer", total: reader.sampleCount, unit: "samples")
    do {
      for start in stride(from: 0, to: reader.sampleCount, by: chunk) {
        if invocation.stop.isRequested {
          writer.abandon()
          return .stoppedResumable
        }
        let count = min(chunk, reader.sampleCount - start)
        try reader.read(start..<(start + count), inputs: inputs.base, outputs: nil)
        predictor.predict(inputs, count: count, grid: reader.axes.map(\.count), steps: steps, into: outputs)
        try writer.append(outputs.base, samples: count)
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
