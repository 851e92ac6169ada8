import Autodiff
import Configuration
import Diagnostics
import Files
import Interchange
import Layers
import Operators
import Tensors
import Training

/// A checkpoint written as a state dict of neuraloperator.
struct CheckpointExport {
  private let state: StateDict
  private let parameterCount: Int
  private let isNormalized: Bool

  /// Whether a file is a checkpoint of opkit.
  static func isCheckpoint(_ path: String) -> Bool {
    (try? SafetensorsFile(path: path))?.metadata["opkit.format"] != nil
  }

  init(path: String) throws {
    let file = try CheckpointFile(path: path)
    let text = file.checkpoint.configuration.serialized(indent: 2)
    let reader = ConfigReader(try ConfigDocument.parse(text, source: path))
    let configuration = try TrainConfiguration(from: reader)
    let signature = file.checkpoint.signature
    let builder = ParameterBuilder()
    _ = try configuration.model.build(signature, builder)
    let model = reader.resolved["model"] ?? .null
    let arguments = try NeuraloperatorArguments(model, dimensions: signature.dimensions, path: path)
    let values = HostBuffer(count: builder.memoryCount, precision: configuration.training.precision)
    try file.readWeights(parameters: builder.parameters, into: values)
    guard let tensors = arguments.layout.tensors(builder.parameters, values: values) else {
      throw InterchangeError.notExportable(
        path: path, setting: "model.type", value: configuration.model.card.identifier,
        reason: "one of its parameters has no tensor there")
    }
    state = StateDict(path: path, tensors: tensors, settings: try arguments.settings(for: tensors))
    parameterCount = builder.parameterCount
    let normalizers = [file.checkpoint.inputNormalizer, file.checkpoint.outputNormalizer]
    isNormalized = normalizers.contains { $0.kind != .none }
  }

  func write(to path: String, overwrite: Bool) throws -> String {
    try state.write(to: path, overwrite: overwrite)
    var rows = [
      ["state dict", path], ["parameters", grouped(parameterCount)],
      ["tensors", String(state.tensors.count)],
    ]
    if isNormalized { rows.append(["normalisation", "left out: inputs and outputs are normalised ones"]) }
    return tableText(rows)
  }
}
