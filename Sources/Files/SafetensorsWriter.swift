import Configuration
import Tensors

/// Writes safetensors files: atomically, tensor by tensor, without a second copy in memory.
public enum SafetensorsWriter {
  /// One tensor to be written; its values are row-major.
  public struct Tensor {
    public enum Payload {
      case buffer(HostBuffer)
      case int64s([Int64])
      case uint64s([UInt64])
      /// Little-endian bytes of a stated type.
      case bytes([UInt8], TensorType)
    }

    public var name: String
    public var shape: [Int]
    public var payload: Payload

    public init(_ name: String, shape: [Int], _ payload: Payload) {
      self.name = name
      self.shape = shape
      self.payload = payload
    }

    var type: TensorType {
      switch payload {
      case .buffer(let buffer): buffer.precision == .float32 ? .float32 : .float64
      case .int64s: .int64
      case .uint64s: .uint64
      case .bytes(_, let type): type
      }
    }

    var byteCount: Int {
      switch payload {
      case .buffer(let buffer): buffer.byteCount
      case .int64s(let values): 8 * values.count
      case .uint64s(let values): 8 * values.count
      case .bytes(let bytes, _): bytes.count
      }
    }

    func withBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
      switch payload {
      case .buffer(let buffer): try body(UnsafeRawBufferPointer(start: buffer.base, count: buffer.byteCount))
      case .int64s(let values): try values.withUnsafeBytes(body)
      case .uint64s(let values): try values.withUnsafeBytes(body)
      case .bytes(let bytes, _): try bytes.withUnsafeBytes(body)
      }
    }
  }

  /// Writes a file that appears complete or not at all.
  ///
  /// Tensors are laid out by falling size of their elements, then by name, and the header is padded so
  /// that the first one begins at a multiple of 8 bytes: all are aligned. The same tensors and metadata
  /// always give the same bytes.
  ///
  /// - Parameters:
  ///   - metadata: texts stored under `__metadata__`, in order of their keys.
  ///   - overwrite: whether an existing file may be replaced.
  /// - Precondition: names are unique and printable, and shapes agree with the numbers of values.
  public static func write(
    _ tensors: [Tensor], metadata: [String: String] = [:], to path: String, overwrite: Bool = false
  ) throws {
    let ordered = tensors.sorted { ($1.type.bitCount, $0.name) < ($0.type.bitCount, $1.name) }
    let header = headerBytes(ordered, metadata: metadata)
    let file = try AtomicFile(path: path, overwrite: overwrite)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.write($0) }
    try file.write(header)
    for tensor in ordered { try tensor.withBytes { try file.write($0) } }
    try file.commit()
  }

  private static func headerBytes(_ tensors: [Tensor], metadata: [String: String]) -> [UInt8] {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "two tensors have the same name")
    var members: [JSONValue.Member] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }
      members.append(
        .init(key: "__metadata__", value: .object(texts.map { .init(key: $0.key, value: .string($0.value)) }))
      )
    }
    var offset = 0
    for tensor in tensors {
      let count = tensor.shape.reduce(1, *)
      precondition(
        count * tensor.type.bitCount == tensor.byteCount * 8,
        "tensor \(tensor.name): shape \(tensor.shape) does not match \(tensor.byteCount) bytes")
      precondition(tensor.name != "__metadata__" && !tensor.name.isEmpty, "reserved tensor name")
      let end = offset + tensor.byteCount
      members.append(
        .init(
          key: tensor.name,
          value: [
            "dtype": .string(tensor.type.rawValue), "shape": .array(tensor.shape.map { .integer($0) }),
            "data_offsets": [.integer(offset), .integer(end)],
          ]))
      offset = end
    }
    var bytes = Array(JSONValue.object(members).serialized(indent: nil).utf8)
    while bytes.count % 8 != 0 { bytes.append(UInt8(ascii: " ")) }
    return bytes
  }
}
