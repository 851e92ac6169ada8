import Fields
import Files
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An open dataset of any known format: its variables, their dimensions and attributes, its values.
public final class DatasetFile {
  public let path: String
  /// Name of the recognised format.
  public let format: String
  public let variables: [DatasetVariable]
  public let attributes: [DatasetAttribute]
  private let source: any DatasetSource

  /// - Throws: ``DatasetsError`` (exit status 3) if the file is missing, of no known format, cut short or damaged.
  public init(path: String) throws {
    let head = try DatasetFile.head(of: path)
    guard let format = DatasetFormats.entries.first(where: { $0.recognises(head) }) else {
      throw DatasetsError.unknownFormat(path: path, known: DatasetFormats.entries.map(\.name))
    }
    source = try format.open(path)
    self.path = path
    self.format = format.name
    variables = source.variables
    attributes = source.attributes
  }

  /// The variable of a name, if there is one.
  public subscript(name: String) -> DatasetVariable? { variables.first { $0.name == name } }

  /// Variables that hold values rather than positions along a dimension.
  public var fields: [DatasetVariable] { variables.filter { !$0.isCoordinate } }

  /// Extent of the first axis that is named `sample`, or of the first axis of the first field.
  public var sampleCount: Int {
    for variable in variables {
      if let axis = variable.dimensions?.firstIndex(of: "sample") { return variable.shape[axis] }
    }
    return fields.first { !$0.shape.isEmpty }?.shape[0] ?? 0
  }

  /// Each named dimension with its extent, in order of first use.
  public var dimensions: [(name: String, count: Int)] {
    var result: [(name: String, count: Int)] = []
    for variable in fields + variables {
      for (name, count) in zip(variable.dimensions ?? [], variable.shape)
      where !result.contains(where: { $0.name == name }) {
        result.append((name, count))
      }
    }
    return result
  }

  /// The mapping that the file declares in `opkit_mapping`, if any.
  public func declaredMapping() throws -> FieldMapping? {
    guard let text = attributes["opkit_mapping"]?.text else { return nil }
    do {
      return try FieldMapping(json: text, source: "opkit_mapping")
    } catch {
      throw DatasetsError.badMapping(path: path, reason: sentence(of: error))
    }
  }

  /// Reads a box of a numeric variable; see ``DatasetSource/read(_:start:count:precision:into:)``. Packed numbers are unpacked,
  /// and missing values are NaN.
  public func read(
    _ variable: DatasetVariable, start: [Int], count: [Int], precision: Precision,
    into target: UnsafeMutableRawPointer
  ) throws {
    guard variable.element.isNumeric else {
      throw DatasetsError.notNumeric(path: path, variable: variable.name, type: variable.element.name)
    }
    try source.read(variable, start: start, count: count, precision: precision, into: target)
    StoredValues(variable.attributes)?.decode(target, count: count.reduce(1, *), precision: precision)
  }

  /// All values of a small variable, such as a coordinate.
  ///
  /// - Throws: ``DatasetsError`` also for more than 2²⁴ values.
  public func values(of variable: DatasetVariable) throws -> [Double] {
    let count = variable.shape.reduce(1, *)
    guard count <= 1 << 24 else {
      throw DatasetsError.unusableShape(
        path: path, variable: variable.name, shape: variable.shape, reason: "too many values for this use",
        fix: "use a smaller variable")
    }
    let buffer = HostBuffer(count: count, precision: .float64)
    try read(
      variable, start: variable.shape.map { _ in 0 }, count: variable.shape, precision: .float64,
      into: buffer.base)
    return buffer.doubles
  }

  /// All texts of a variable of texts, such as the names of channels.
  public func texts(of variable: DatasetVariable) throws -> [String] { try source.texts(variable) }

  /// Whether two paths lead to one file, whatever they are called.
  func isSameFile(as other: DatasetFile) -> Bool {
    var (a, b) = (stat(), stat())
    guard stat(path, &a) == 0, stat(other.path, &b) == 0 else { return path == other.path }
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino
  }

  private static func head(of path: String) throws -> [UInt8] {
    guard let kind = fileKind(at: path) else {
      throw DatasetsError.missing(path: path, reason: systemErrorText(errno == 0 ? ENOENT : errno))
    }
    guard kind.isRegular else { throw DatasetsError.missing(path: path, reason: "it is \(kind.words)") }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DatasetsError.missing(path: path, reason: systemErrorText()) }
    defer { close(descriptor) }
    let size = min(DatasetFormats.headSize, max(0, Int(lseek(descriptor, 0, SEEK_END))))
    var bytes = [UInt8](repeating: 0, count: size)
    let code = bytes.withUnsafeMutableBytes { readFully($0, from: descriptor, at: 0) }
    guard code == 0 else { throw DatasetsError.missing(path: path, reason: systemErrorText(code)) }
    return bytes
  }
}
