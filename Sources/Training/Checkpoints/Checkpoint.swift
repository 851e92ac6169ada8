import Autodiff
import Configuration
import Datasets
import Fields
import Files
import Tensors

/// Everything a model is, in one safetensors file: weights, normalisers, the resolved configuration, what the data
/// looked like, and, for continuing, the optimiser's state and the position in the run.
///
/// Tensors are `model.<parameter>`, `average.<parameter>`, `optimizer.<state>.<parameter>`, `normalizer.input.*`,
/// `normalizer.output.*` and, while modes grow, `incremental.gradient.*`; everything else is JSON text in the metadata.
public struct Checkpoint {
  /// Version of this layout; raised when a reader of the old one could misread the new one.
  public static let formatVersion = "1"

  public var configuration: JSONValue
  public var signature: OperatorSignature
  public var mapping: FieldMapping
  /// What the output channels are, for writing predictions as named fields.
  public var outputs: OutputDescription
  public var fingerprint: String
  public var progress: TrainingProgress
  public var inputNormalizer: Normalizer
  public var outputNormalizer: Normalizer

  /// A group of arrays, each laid out as the parameters are.
  public struct Group {
    /// `model`, `average`, `optimizer.<state>` or `incremental.gradient`.
    public var name: String
    public var values: HostBuffer
    /// Those that it is about; nil for all.
    public var parameters: [Parameter]?

    public init(name: String, values: HostBuffer, parameters: [Parameter]? = nil) {
      self.name = name
      self.values = values
      self.parameters = parameters
    }
  }

  public init(
    configuration: JSONValue, signature: OperatorSignature, mapping: FieldMapping, outputs: OutputDescription,
    fingerprint: String, progress: TrainingProgress, inputNormalizer: Normalizer, outputNormalizer: Normalizer
  ) {
    self.configuration = configuration
    self.signature = signature
    self.mapping = mapping
    self.outputs = outputs
    self.fingerprint = fingerprint
    self.progress = progress
    self.inputNormalizer = inputNormalizer
    self.outputNormalizer = outputNormalizer
  }

  /// Writes the checkpoint atomically.
  public func write(_ groups: [Group], parameters: [Parameter], to path: String) throws {
    var tensors: [SafetensorsWriter.Tensor] = []
    for group in groups {
      for parameter in group.parameters ?? parameters {
        let part = HostBuffer(count: parameter.count, precision: group.values.precision)
        Kernels(part.precision).copy(
          group.values.slice(from: parameter.offset, length: parameter.count), into: part.slice())
        tensors.append(.init("\(group.name).\(parameter.name)", shape: parameter.shape, .buffer(part)))
      }
    }
    for (role, normalizer) in [("input", inputNormalizer), ("output", outputNormalizer)] {
      for tensor in normalizer.tensors(prefix: "normalizer.\(role)") {
        tensors.append(.init(tensor.name, shape: tensor.shape, .buffer(tensor.values)))
      }
    }
    let metadata = [
      "opkit.format": Checkpoint.formatVersion,
      "configuration": configuration.serialized(indent: nil),
      "signature": signature.json.serialized(indent: nil),
      "mapping": mapping.json.serialized(indent: nil),
      "outputs": outputs.json.serialized(indent: nil),
      "fingerprint": fingerprint,
      "progress": progress.json.serialized(indent: nil),
      "normalizer.input": inputNormalizer.description.serialized(indent: nil),
      "normalizer.output": outputNormalizer.description.serialized(indent: nil),
    ]
    try SafetensorsWriter.write(tensors, metadata: metadata, to: path, overwrite: true)
  }
}
