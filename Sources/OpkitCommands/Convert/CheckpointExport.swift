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

  /// Whether a file is a checkpoint of opkit.
  static func isCheckpoint(_ path: String) -> Bool {
    (try? SafetensorsFile(path: path))?.metadata["opkit.format"] != nil
  }

  init(path: String) throws {
    let file = try CheckpointFile(path: path)
    let text = file.checkpoint.configuration.serialized(indent: 2)
    let reader = ConfigReader(try ConfigDocument.parse(text, source: path))
    let configuration = try TrainConfiguration(from: reader)
    let builder = ParameterBuilder()
    _ = try configuration.model.build(file.checkpoint.signature, builder)
    let values = HostBuffer(count: builder.memoryCount, precision: configuration.training.precision)
    try file.readWeights(parameters: builder.parameters, into: values)
    let model = file.checkpoint.configuration["model"] ?? .null
    guard ["fno", "tfno"].contains(model["type"]?.stringValue),
      let layout = CheckpointExport.layout(model, dimensions: file.checkpoint.signature.dimensions),
      let tensors = layout.tensors(builder.parameters, values: values)
    else {
      throw InterchangeError.unsupported(
        path: path, setting: "model.type", value: model["type"]?.stringValue ?? "unknown")
    }
    state = StateDict(path: path, tensors: tensors)
    parameterCount = builder.parameterCount
  }

  /// The layout of a resolved configuration; nil for joint weights, which the library no longer has.
  private static func layout(_ model: JSONValue, dimensions: Int) -> NeuraloperatorLayout? {
    let list = (model["modes"]?.arrayValue ?? []).compactMap(\.intValue)
    guard !list.isEmpty, model["joint"]?.boolValue != true else { return nil }
    var modes = list.count == dimensions ? list : [Int](repeating: list[0], count: dimensions)
    modes[dimensions - 1] = modes[dimensions - 1] / 2 + 1
    return NeuraloperatorLayout(
      modes: modes, isSeparable: model["separable"]?.boolValue ?? false,
      hasNetworks: model["mlpRatio"]?.doubleValue != 0)
  }

  func write(to path: String, overwrite: Bool) throws -> String {
    try state.write(to: path, overwrite: overwrite)
    return tableText([
      ["state dict", path], ["parameters", grouped(parameterCount)],
      ["tensors", String(state.tensors.count)],
    ])
  }
}
