import Configuration
import Files

/// The tensors of a model of another library, and the settings it was made with where the file says them.
public struct StateDict {
  public let path: String
  public var tensors: [String: ForeignTensor]
  /// Arguments of the model's constructor, and what the library adds to them under names that begin with `_`.
  public var settings: JSONValue?

  /// Ending of the names of complex tensors that are stored as real ones with a last axis of two.
  static let complexSuffix = ".view_as_real"

  public init(path: String, tensors: [String: ForeignTensor], settings: JSONValue? = nil) {
    self.path = path
    self.tensors = tensors
    self.settings = settings
  }

  /// Reads a safetensors file, or one of `torch.save`, whichever it is.
  ///
  /// Complex tensors of safetensors files are of type C64, or real ones called `NAME.view_as_real`. Settings come from the
  /// entry `config` of the safetensors metadata, or from the entry `_metadata` of the state dict.
  public init(path: String) throws {
    let head = try PlainBytes.head(path, count: 6)
    if head.starts(with: [0x50, 0x4B]) || head.starts(with: [0x80, 0x02]) {
      let file = try TorchFile(path: path)
      self.init(path: path, tensors: try file.tensors(), settings: file.settings(under: "_metadata"))
      return
    }
    let file = try SafetensorsFile(path: path)
    var tensors: [String: ForeignTensor] = [:]
    for tensor in file.tensors {
      if tensor.type == .complex64 {
        tensors[tensor.name] = ForeignTensor(
          shape: tensor.shape, isComplex: true, numbers: StateDict.floats(try file.bytes(of: tensor.name)))
        continue
      }
      let isComplex = tensor.name.hasSuffix(StateDict.complexSuffix) && tensor.shape.last == 2
      let name = isComplex ? String(tensor.name.dropLast(StateDict.complexSuffix.count)) : tensor.name
      tensors[name] = ForeignTensor(
        shape: isComplex ? Array(tensor.shape.dropLast()) : tensor.shape, isComplex: isComplex,
        numbers: try file.buffer(of: tensor.name).doubles)
    }
    let settings = try file.metadata["config"].map { try JSONValue.parse($0, source: "\(path): config") }
    self.init(path: path, tensors: tensors, settings: settings)
  }

  private static func floats(_ bytes: [UInt8]) -> [Double] {
    stride(from: 0, to: bytes.count - 3, by: 4).map { start in
      let bits = bytes[start..<(start + 4)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      return Double(Float(bitPattern: bits))
    }
  }

  /// Writes a safetensors file that `safetensors.torch.load_file` reads: single precision, complex tensors as C64.
  public func write(to path: String, overwrite: Bool) throws {
    let written = tensors.map { name, tensor in
      let bytes = tensor.numbers.flatMap { number -> [UInt8] in
        let bits = Float(number).bitPattern
        return [
          UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8),
          UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 24),
        ]
      }
      return SafetensorsWriter.Tensor(
        name, shape: tensor.shape, .bytes(bytes, tensor.isComplex ? .complex64 : .float32))
    }
    let metadata =
      settings.map { ["format": "pt", "config": $0.serialized(indent: nil)] } ?? ["format": "pt"]
    try SafetensorsWriter.write(written, metadata: metadata, to: path, overwrite: overwrite)
  }
}
