import Autodiff
import Configuration
import Datasets
import Diagnostics
import Fields
import Files
import Tensors

/// A checkpoint on disk, opened: its description at once, its arrays when asked for.
public struct CheckpointFile {
  public let path: String
  public let checkpoint: Checkpoint
  private let file: SafetensorsFile

  /// Opens a checkpoint.
  ///
  /// - Throws: errors of `SafetensorsFile` for a damaged file, ``TrainingError/notACheckpoint(path:missing:)`` for a
  ///   safetensors file of another origin.
  public init(path: String) throws {
    let file = try SafetensorsFile(path: path)
    func text(_ key: String) throws -> String {
      guard let text = file.metadata[key] else {
        throw TrainingError.notACheckpoint(path: path, missing: "its metadata has no '\(key)'")
      }
      return text
    }
    let version = try text("opkit.format")
    guard version == Checkpoint.formatVersion else {
      throw TrainingError.notACheckpoint(
        path: path,
        missing: "its layout is version \(version), and this opkit reads version \(Checkpoint.formatVersion)")
    }
    /// A mistake inside the file is one of the file, not of what a user wrote.
    func readable<R>(_ key: String, _ body: () throws -> R) throws -> R {
      do {
        return try body()
      } catch let error as any Diagnosable where error.diagnostic.exitCode == .usage {
        throw TrainingError.notACheckpoint(
          path: path, missing: "its \(key) is not readable: \(error.diagnostic.summary)")
      }
    }
    func json(_ key: String) throws -> JSONValue {
      try readable(key) { try JSONValue.parse(text(key), source: "\(path): \(key)") }
    }
    guard let signature = OperatorSignature(json: try json("signature")) else {
      throw TrainingError.notACheckpoint(path: path, missing: "its signature is not readable")
    }
    guard let progress = TrainingProgress(json: try json("progress")) else {
      throw TrainingError.notACheckpoint(path: path, missing: "its progress is not readable")
    }
    func normalizer(_ role: String) throws -> Normalizer {
      let key = "normalizer.\(role)"
      let description = try json(key)
      return try readable(key) {
        try Normalizer(
          description: description, prefix: key, source: path, tensor: { try file.buffer(of: $0) })
      }
    }
    let described = try json("outputs")
    let outputs = try readable("outputs") { try OutputDescription(json: described, source: path) }
    guard outputs.channelCount == signature.outputChannels * signature.rolloutSteps else {
      throw TrainingError.notACheckpoint(
        path: path, missing: "its outputs do not have the channels of its signature")
    }
    self.path = path
    self.file = file
    checkpoint = Checkpoint(
      configuration: try json("configuration"), signature: signature,
      mapping: try readable("mapping") {
        try FieldMapping(json: text("mapping"), source: "\(path): mapping")
      },
      outputs: outputs,
      fingerprint: try text("fingerprint"),
      progress: progress, inputNormalizer: try normalizer("input"), outputNormalizer: try normalizer("output")
    )
  }

  /// Names, types and shapes of all tensors.
  public var tensors: [SafetensorsFile.Tensor] { file.tensors }

  public func has(group: String) -> Bool { file.tensors.contains { $0.name.hasPrefix(group + ".") } }

  /// Reads a group's arrays into memory laid out as the parameters are.
  ///
  /// - Throws: ``TrainingError/checkpointMismatch(path:what:)`` where a parameter is missing or has another shape.
  public func read(group: String, parameters: [Parameter], into values: HostBuffer) throws {
    for parameter in parameters {
      let name = "\(group).\(parameter.name)"
      guard let tensor = file[name] else {
        throw TrainingError.checkpointMismatch(path: path, what: "it has no tensor '\(name)'")
      }
      guard tensor.shape == parameter.shape else {
        throw TrainingError.checkpointMismatch(
          path: path, what: "'\(name)' has shape \(tensor.shape), and the model needs \(parameter.shape)")
      }
      let buffer = try file.buffer(of: name)
      if buffer.precision == values.precision {
        Kernels(values.precision).copy(buffer.slice(), into: values.slice(from: parameter.offset))
      } else {
        for i in 0..<parameter.count { values[parameter.offset + i] = buffer[i] }
      }
    }
  }

  /// Reads the weights that results are made with: the moving average where there is one.
  public func readWeights(parameters: [Parameter], into values: HostBuffer) throws {
    try read(group: has(group: "average") ? "average" : "model", parameters: parameters, into: values)
  }
}

extension OperatorSignature {
  var json: JSONValue {
    [
      "inputChannels": .integer(inputChannels), "outputChannels": .integer(outputChannels),
      "rolloutSteps": .integer(rolloutSteps),
      "outputTimes": .array(outputTimes.map { .number($0) }), "queries": queries?.json ?? .null,
      "maskChannel": maskChannel.map { .integer($0) } ?? .null,
      "axes": .array(
        axes.map { axis in
          [
            "name": .string(axis.name), "boundary": .string(axis.boundary.rawValue),
            "units": .string(axis.units),
            "coordinates": .array(axis.coordinates.map { .number($0) }),
          ]
        }),
    ]
  }

  init?(json: JSONValue) {
    guard let inputs = json["inputChannels"]?.intValue, let outputs = json["outputChannels"]?.intValue,
      let steps = json["rolloutSteps"]?.intValue, inputs >= 1, outputs >= 1,
      (1...(1 << 20)).contains(steps), max(inputs, outputs) <= 1 << 30,
      json["maskChannel"]?.intValue.map({ (0..<inputs).contains($0) }) ?? true,
      case .array(let list)? = json["axes"], (1...3).contains(list.count)
    else { return nil }
    var axes: [GridAxis] = []
    for entry in list {
      guard let name = entry["name"]?.stringValue,
        let boundary = entry["boundary"]?.stringValue.flatMap(GridAxis.Boundary.init),
        let coordinates = entry["coordinates"]?.doubles, !coordinates.isEmpty
      else { return nil }
      axes.append(
        GridAxis(
          name: name, coordinates: coordinates, boundary: boundary,
          units: entry["units"]?.stringValue ?? "1"))
    }
    self.init(
      inputChannels: inputs, outputChannels: outputs, axes: axes, rolloutSteps: steps,
      queries: json["queries"].flatMap(QueryPoints.init),
      outputTimes: json["outputTimes"]?.doubles ?? [],
      maskChannel: json["maskChannel"]?.intValue)
  }
}

extension QueryPoints {
  fileprivate var json: JSONValue {
    switch self {
    case .common(let coordinates, let dimensions):
      return ["coordinates": .array(coordinates.map { .number($0) }), "dimensions": .integer(dimensions)]
    case .perSample(let count, let dimensions):
      return ["count": .integer(count), "dimensions": .integer(dimensions)]
    }
  }

  fileprivate init?(json: JSONValue) {
    guard let dimensions = json["dimensions"]?.intValue, (1...4).contains(dimensions) else { return nil }
    if let list = json["coordinates"]?.doubles, !list.isEmpty, list.count % dimensions == 0 {
      self = .common(coordinates: list, dimensions: dimensions)
    } else if let count = json["count"]?.intValue, count > 0 {
      self = .perSample(count: count, dimensions: dimensions)
    } else {
      return nil
    }
  }
}

extension JSONValue {
  /// The numbers of an array that holds nothing else.
  fileprivate var doubles: [Double]? {
    guard let values = arrayValue else { return nil }
    let numbers = values.compactMap(\.doubleValue)
    return numbers.count == values.count ? numbers : nil
  }
}
