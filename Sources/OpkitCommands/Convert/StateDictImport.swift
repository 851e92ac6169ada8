import Autodiff
import Configuration
import Datasets
import Diagnostics
import Fields
import Interchange
import Layers
import Operators
import Tensors
import Training

/// A state dict of another library made into a checkpoint.
struct StateDictImport {
  private let model: NeuraloperatorModel
  private let checkpoint: Checkpoint
  private let builder = ParameterBuilder()
  private let values: HostBuffer

  /// - Parameter shared: flags; `--set model.KEY=VALUE` corrects the configuration that the state dict leads to.
  init(path: String, metadata: String?, inputs: [String], outputs: [String], shared: SharedOptions) throws {
    var state = try StateDict(path: path)
    if let metadata { state.settings = try TorchFile(path: metadata).settings() }
    model = try NeuraloperatorModel(state)
    guard (1...model.inputChannels).contains(inputs.count) else {
      throw Diagnostic(
        "usage.inputs", exit: .usage, "\(inputs.count) names for \(model.inputChannels) input channels",
        at: "--inputs", why: "each variable has one channel or more",
        fix: "give one name for a field of several channels, or \(model.inputChannels) names at most")
    }
    let configuration: JSONValue = [
      "model": model.configuration,
      "data": [
        "path": "converted.h5", "train": 1,
        "mapping": [
          "type": "steady", "inputs": .array(inputs.map { .string($0) }),
          "outputs": .array(outputs.map { .string($0) }),
        ],
        "normalization": ["input": "none", "output": "none"],
      ],
      "training": ["batch": 1],
    ]
    var document = try ConfigDocument.parse(configuration.serialized(indent: 2), source: path)
    try shared.apply(to: &document)
    let reader = ConfigReader(document)
    let read = try TrainConfiguration(from: reader)
    try reader.finish()
    let signature = OperatorSignature(
      inputChannels: model.inputChannels, outputChannels: model.outputChannels,
      axes: StateDictImport.axes(model.modes))
    _ = try read.model.build(signature, builder)
    values = HostBuffer(count: builder.memoryCount, precision: read.training.precision)
    try model.layout.read(state, parameters: builder.parameters, into: values)
    checkpoint = Checkpoint(
      configuration: reader.resolved, signature: signature,
      mapping: read.data.mapping ?? .steady(inputs: inputs, outputs: outputs),
      outputs: try StateDictImport.description(outputs, channels: model.outputChannels, source: path),
      fingerprint: "", progress: TrainingProgress(),
      inputNormalizer: .identity(channels: model.inputChannels),
      outputNormalizer: .identity(channels: model.outputChannels))
  }

  /// A periodic unit cube with enough points for all modes: a checkpoint names a grid, and a state dict does not.
  private static func axes(_ modes: [Int]) -> [GridAxis] {
    let points = 2 * max(8, modes.max() ?? 1)
    return modes.indices.map { axis in
      GridAxis(
        name: ["x", "y", "z"][axis], coordinates: (0..<points).map { Double($0) / Double(points) },
        boundary: .periodic)
    }
  }

  /// One field per name, or one field with all channels.
  private static func description(_ names: [String], channels: Int, source: String) throws
    -> OutputDescription
  {
    guard names.count == channels || names.count == 1 else {
      throw Diagnostic(
        "usage.outputs", exit: .usage, "\(names.count) names for \(channels) output channels",
        at: "--outputs",
        why: "the model's last layer has \(channels) channels",
        fix: "give one name for a field of several channels, or \(channels) names")
    }
    let labels = names.count == channels ? [] : (0..<channels).map { JSONValue.string(String($0)) }
    return try OutputDescription(
      json: [
        "timeUnits": "1",
        "fields": .array(
          names.map { name in
            [
              "name": .string(name), "longName": .string(name), "units": "1", "channels": .array(labels),
              "times": .array([]),
            ]
          }),
      ], source: source)
  }

  /// - Returns: what was converted, for people.
  func write(to path: String) throws -> String {
    try checkpoint.write([.init(name: "model", values: values)], parameters: builder.parameters, to: path)
    return tableText([
      ["model", model.configuration["type"]?.stringValue ?? ""],
      ["parameters", grouped(builder.parameterCount)],
      ["channels", "\(model.inputChannels) in, \(model.outputChannels) out"],
      ["checkpoint", path],
    ])
  }
}
