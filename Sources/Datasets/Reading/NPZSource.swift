import Files
import Tensors

/// Files of `numpy.savez` and `numpy.savez_compressed`: one array a member, in either order of indices.
///
/// An array of objects, as DeepXDE's data sets have it for branch and trunk, is listed member by member: `X[0]`, `X[1]`.
/// Its pickle is read as data. Arrays of other objects, texts and records are listed and not read.
final class NPZSource: DatasetSource {
  let variables: [DatasetVariable]
  let attributes: [DatasetAttribute]
  private let path: String
  private let arrays: [String: NumPyArray]

  /// A zip file whose first member is an array.
  static func recognises(_ head: [UInt8]) -> Bool {
    guard ZipArchive.isZip(head), head.count > 30 else { return false }
    let length = Int(head[26]) | Int(head[27]) << 8
    return head.dropFirst(30).prefix(length).suffix(4).elementsEqual(".npy".utf8)
  }

  init(path: String) throws {
    self.path = path
    let bytes = try PlainBytes.read(path)
    let archive = try NPZSource.reading(path, nil) { try ZipArchive(bytes, compression: .deflate) }
    var variables: [DatasetVariable] = []
    var arrays: [String: NumPyArray] = [:]
    for member in archive.names where member.hasSuffix(".npy") {
      let name = String(member.dropLast(4))
      for (part, array) in try NPZSource.arrays(of: name, in: archive, path: path) {
        variables.append(
          DatasetVariable(name: part, shape: array.shape, dimensions: nil, element: array.element))
        arrays[part] = array
      }
    }
    self.variables = variables
    self.arrays = arrays
    attributes =
      NPZSource.isDeepXDE(variables) ? [DatasetAttribute("opkit_mapping", .text(NPZSource.mapping))] : []
  }

  /// What DeepXDE's data sets are for: functions X[0] at sensors, points X[1], values y.
  private static let mapping = #"{"type": "points", "inputs": ["X[0]"], "points": "X[1]", "outputs": ["y"]}"#

  private static func isDeepXDE(_ variables: [DatasetVariable]) -> Bool {
    let numeric = Set(variables.filter(\.element.isNumeric).map(\.name))
    return numeric.isSuperset(of: ["X[0]", "X[1]", "y"])
  }

  private static func arrays(of name: String, in archive: ZipArchive, path: String) throws
    -> [(String, NumPyArray)]
  {
    try reading(path, name) {
      let header = try NumPyHeader(try archive.content(name + ".npy"))
      guard header.descriptor == "|O", header.shape.count <= 1 else {
        return [
          (
            name,
            try NumPyArray(
              shape: header.shape, descriptor: header.descriptor, isFortran: header.isFortran,
              bytes: header.content)
          )
        ]
      }
      guard case .array(let object) = try PickleMachine.value(header.content),
        object.items.count == header.shape.reduce(1, *)
      else { throw ZipArchive.Refusal(reason: "its pickle holds no array of so many objects") }
      return try object.items.enumerated().map { index, item in
        guard case .array(let array) = item, array.items.isEmpty else {
          throw ZipArchive.Refusal(reason: "object \(index) is not an array of numbers")
        }
        return (
          "\(name)[\(index)]",
          try NumPyArray(
            shape: array.shape, descriptor: array.element.order + array.element.name,
            isFortran: array.isFortran, bytes: array.bytes[...])
        )
      }
    }
  }

  func read(
    _ variable: DatasetVariable, start: [Int], count: [Int], precision: Precision,
    into target: UnsafeMutableRawPointer
  ) throws {
    guard let array = arrays[variable.name] else {
      throw DatasetsError.noSuchVariable(
        path: path, name: variable.name, role: "array", known: variables.map(\.name))
    }
    array.read(start: start, count: count, precision: precision, into: target)
  }

  func texts(_ variable: DatasetVariable) throws -> [String] { [] }

  private static func reading<Result>(_ path: String, _ object: String?, _ body: () throws -> Result) throws
    -> Result
  {
    func refuse(_ reason: String) -> DatasetsError {
      .unreadable(
        path: path, object: object, action: object == nil ? "read the zip file" : "read the array",
        reason: reason)
    }
    do {
      return try body()
    } catch let refusal as ZipArchive.Refusal {
      throw refuse(refusal.reason)
    } catch let refusal as PickleMachine.Refusal {
      throw refuse(refusal.reason)
    }
  }
}
