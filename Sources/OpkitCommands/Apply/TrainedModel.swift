import Autodiff
import Configuration
import Datasets
import Diagnostics
import Fields
import Layers
import Tensors
import Training

/// A checkpoint made into something that predicts.
struct TrainedModel {
  let file: CheckpointFile
  let configuration: TrainConfiguration
  let task: OperatorTask
  let parameters: HostBuffer
  let parameterCount: Int

  /// Rebuilds the model from the configuration in the checkpoint.
  ///
  /// - Parameter shared: flags; `--set` changes how data are read (`data.*`), since the model is what it is.
  init(path: String, shared: SharedOptions) throws {
    file = try CheckpointFile(path: path)
    let text = file.checkpoint.configuration.serialized(indent: 2)
    var document = try ConfigDocument.parse(text, source: path)
    for override in shared.overrides where !override.hasPrefix("data.") || override.hasPrefix("data.mapping")
    {
      throw Diagnostic(
        "usage.set", exit: .usage, "'\(override)' cannot change a trained model", at: "--set \(override)",
        why: "only how data are read can change once a model is trained, not which fields they are",
        fix: "leave the flag out, or train again"
      )
    }
    try shared.apply(to: &document)
    let (builder, checkpoint) = (ParameterBuilder(), file.checkpoint)
    func rebuilt() throws -> (TrainConfiguration, any OperatorModel) {
      let reader = ConfigReader(document)
      let configuration = try TrainConfiguration(from: reader)
      try reader.finish()
      return (configuration, try configuration.model.build(checkpoint.signature, builder))
    }
    let model: any OperatorModel
    (configuration, model) = shared.overrides.isEmpty ? try asInput(path, rebuilt) : try rebuilt()
    task = OperatorTask(
      model: model, derivations: builder.derivations, signature: checkpoint.signature,
      inputNormalizer: checkpoint.inputNormalizer,
      outputNormalizer: checkpoint.outputNormalizer)
    parameters = HostBuffer(count: builder.memoryCount, precision: configuration.training.precision)
    parameterCount = builder.parameterCount
    try file.readWeights(parameters: builder.parameters, into: parameters)
  }

  /// Refuses data that the model cannot be applied to.
  ///
  /// - Parameter onGrid: whether the output will be on the data's grid.
  func check(_ reader: SampleReader, onGrid: Bool = true) throws {
    let (has, needs) = (reader.signature, task.signature)
    func refuse(_ what: String, _ found: Int, _ wanted: Int) -> Diagnostic {
      Diagnostic(
        "input.mismatch", exit: .badInput, "the data have \(found) \(what), and the model needs \(wanted)",
        at: reader.file.path, why: "the model was trained on other fields",
        fix:
          "use a file with the fields the checkpoint was trained on; 'opkit inspect \(file.path)' names them")
    }
    guard has.dimensions == needs.dimensions else {
      throw refuse("spatial axes", has.dimensions, needs.dimensions)
    }
    guard has.inputChannels == needs.inputChannels else {
      throw refuse("input channels", has.inputChannels, needs.inputChannels)
    }
    if reader.outputChannels > 0, has.outputChannels != needs.outputChannels {
      throw refuse("output channels", has.outputChannels, needs.outputChannels)
    }
    do {
      try configuration.model.validate(task.model, has)
    } catch let error as any Diagnosable {
      let found = error.diagnostic
      throw Diagnostic(
        "input.grid", exit: .badInput, found.summary, at: reader.file.path, why: found.reason,
        fix: "use data on a grid that the model can be applied on, such as that of its training, "
          + gridText(needs.gridShape))
    }
    try task.inputNormalizer.check(grid: has.gridShape)
    if onGrid { try task.outputNormalizer.check(grid: has.outputShape) }
  }

  /// Warns of data on another domain: a model knows places and distances as parts of the one that it was trained on.
  func warnOfOtherDomain(_ reader: SampleReader, _ console: Console) {
    let (has, needs) = (reader.signature.axes, task.signature.axes)
    let (lengths, trained) = (GridSpacing(has).lengths, GridSpacing(needs).lengths)
    func words(_ axis: GridAxis, _ length: Double) -> String {
      "of length \(numberText(length, digits: 4)) and \(axis.boundary.rawValue)"
    }
    for (axis, (here, there)) in zip(has, needs).enumerated()
    where here.boundary != there.boundary || abs(lengths[axis] - trained[axis]) > 0.01 * abs(trained[axis]) {
      console.warn(
        "axis \(here.name) of the data is \(words(here, lengths[axis])); the model was trained on one "
          + "\(words(there, trained[axis])), and predicts as if it were there")
    }
  }
}
