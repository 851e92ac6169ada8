import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An open safetensors file: its header in memory, its tensors read one at a time.
///
/// Opening checks the whole header (see `SafetensorsHeader`); nothing is allocated for a tensor before its
/// size is known to lie inside the file.
public final class SafetensorsFile {
  /// Name, type, shape and size of one tensor.
  public struct Tensor: Sendable, Equatable {
    public var name: String
    public var type: TensorType
    public var shape: [Int]
    public var byteCount: Int
  }

  public let path: String
  /// The texts of `__metadata__`.
  public let metadata: [String: String]
  /// In the order of their bytes in the file.
  public let tensors: [Tensor]

  private let descriptor: Int32
  private let offsets: [Int]
  private let indices: [String: Int]

  /// - Throws: ``FilesError`` (exit status 3) if the file is missing, cut short or malformed.
  public init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FilesError.cannotRead(path: path, reason: systemErrorText()) }
    var opened = false
    defer { if !opened { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FilesError.cannotRead(path: path, reason: systemErrorText())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FilesError.cannotRead(path: path, reason: "it is not a file")
    }
    let size = Int(status.st_size)
    guard size >= 8 else {
      throw FilesError.notSafetensors(path: path, reason: "\(size) bytes cannot hold the length of a header")
    }
    let lengthBytes = try SafetensorsFile.read(8, at: 0, from: descriptor, path: path)
    let length = lengthBytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    if let format = SafetensorsFile.otherFormat(startingWith: Array(lengthBytes.prefix(4))) {
      throw FilesError.otherFormat(path: path, format: format)
    }
    guard length <= UInt64(SafetensorsHeader.maximumHeaderBytes) else {
      throw FilesError.notSafetensors(
        path: path, reason: "a header of \(length) bytes is more than \(SafetensorsHeader.maximumHeaderBytes)"
      )
    }
    guard Int(length) <= size - 8 else {
      throw FilesError.notSafetensors(
        path: path, reason: "a header of \(length) bytes does not fit in a file of \(size)")
    }
    let header: SafetensorsHeader
    do {
      let bytes = try SafetensorsFile.read(Int(length), at: 8, from: descriptor, path: path)
      header = try SafetensorsHeader(bytes, bufferSize: size - 8 - Int(length))
    } catch let refusal as SafetensorsHeader.Refusal {
      throw FilesError.notSafetensors(path: path, reason: refusal.reason)
    }
    opened = true
    self.path = path
    self.descriptor = descriptor
    metadata = header.metadata
    tensors = header.entries.map {
      Tensor(name: $0.name, type: $0.type, shape: $0.shape, byteCount: $0.bytes.count)
    }
    offsets = header.entries.map { 8 + Int(length) + $0.bytes.lowerBound }
    indices = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
  }

  deinit { close(descriptor) }

  /// What a file of data is, which is easily given in a checkpoint's place.
  private static func otherFormat(startingWith bytes: [UInt8]) -> String? {
    switch bytes {
    case [0x89, 0x48, 0x44, 0x46]: "an HDF5 file"
    case [0x50, 0x4B, 0x03, 0x04]: "a zip archive, such as NPZ files and PyTorch's"
    case [0x93, 0x4E, 0x55, 0x4D]: "a NumPy array"
    default: nil
    }
  }

  /// The tensor of a name, if there is one.
  public subscript(name: String) -> Tensor? { indices[name].map { tensors[$0] } }

  /// The bytes of a tensor of any type, little-endian and row-major.
  public func bytes(of name: String) throws -> [UInt8] {
    let index = try index(of: name)
    return try SafetensorsFile.read(
      tensors[index].byteCount, at: offsets[index], from: descriptor, path: path)
  }

  /// A tensor of type F32 or F64.
  public func buffer(of name: String) throws -> HostBuffer {
    let index = try index(of: name)
    let tensor = tensors[index]
    guard tensor.type == .float32 || tensor.type == .float64 else {
      throw FilesError.wrongTensorType(
        path: path, name: name, found: tensor.type.rawValue, expected: "F32 or F64")
    }
    let precision: Precision = tensor.type == .float32 ? .float32 : .float64
    let buffer = HostBuffer(count: tensor.byteCount / precision.byteCount, precision: precision)
    let target = UnsafeMutableRawBufferPointer(start: buffer.base, count: tensor.byteCount)
    let code = readFully(target, from: descriptor, at: offsets[index])
    if code != 0 { throw FilesError.cannotRead(path: path, reason: systemErrorText(code)) }
    return buffer
  }

  /// A tensor of type I64.
  public func int64s(of name: String) throws -> [Int64] {
    try words(of: name, type: .int64).map { Int64(bitPattern: $0) }
  }

  /// A tensor of type U64.
  public func uint64s(of name: String) throws -> [UInt64] { try words(of: name, type: .uint64) }

  private func words(of name: String, type: TensorType) throws -> [UInt64] {
    let index = try index(of: name)
    guard tensors[index].type == type else {
      throw FilesError.wrongTensorType(
        path: path, name: name, found: tensors[index].type.rawValue, expected: type.rawValue)
    }
    return try bytes(of: name).withUnsafeBytes { bytes in
      (0..<(bytes.count / 8)).map {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
      }
    }
  }

  private func index(of name: String) throws -> Int {
    guard let index = indices[name] else {
      throw FilesError.missingTensor(path: path, name: name, known: tensors.map(\.name))
    }
    return index
  }

  private static func read(_ count: Int, at offset: Int, from descriptor: Int32, path: String) throws
    -> [UInt8]
  {
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      code = readFully(
        UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count), from: descriptor, at: offset)
      initialized = code == 0 ? count : 0
    }
    if code != 0 { throw FilesError.cannotRead(path: path, reason: systemErrorText(code)) }
    return bytes
  }
}
