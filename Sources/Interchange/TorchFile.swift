import Configuration
import Files
import Foundation

/// A file that `torch.save` wrote, read as data: a dictionary of tensors and of settings.
public struct TorchFile {
  public let path: String
  private let root: PickleDictionary
  private let archive: ZipArchive
  private let folder: String

  /// - Throws: ``InterchangeError`` (exit status 3) for anything that is not such a file.
  public init(path: String) throws {
    let bytes = try PlainBytes.read(path)
    self.path = path
    guard ZipArchive.isZip(bytes) else {
      // Protocol 2, then the magic number of torch's first format.
      if bytes.starts(with: [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC]) {
        throw InterchangeError.legacyTorch(path: path)
      }
      throw InterchangeError.notReadable(path: path, reason: "it is neither a torch file nor safetensors")
    }
    do {
      archive = try ZipArchive(bytes, compression: .refused)
      guard let pickle = archive.names.first(where: { $0.hasSuffix("/data.pkl") }),
        let data = archive.member(pickle)
      else { throw ZipArchive.Refusal(reason: "it is a zip file without data.pkl") }
      folder = String(pickle.dropLast("data.pkl".count))
      if let order = archive.member(folder + "byteorder"), Array(order) != Array("little".utf8) {
        throw ZipArchive.Refusal(reason: "its numbers are not little-endian")
      }
      guard case .dictionary(let dictionary) = try PickleMachine.value(data) else {
        throw ZipArchive.Refusal(reason: "it holds no dictionary")
      }
      root = dictionary
    } catch let refusal as ZipArchive.Refusal {
      throw InterchangeError.notReadable(path: path, reason: refusal.reason)
    } catch let refusal as PickleMachine.Refusal {
      throw InterchangeError.notReadable(path: path, reason: refusal.reason)
    }
  }

  /// All tensors by name.
  public func tensors() throws -> [String: ForeignTensor] {
    var result: [String: ForeignTensor] = [:]
    for (key, value) in root.items {
      guard case .text(let name) = key, case .tensor(let description) = value else { continue }
      do {
        result[name] = try StoredNumbers.tensor(description) { archive.member(folder + "data/" + $0) }
      } catch let refusal as StoredNumbers.Refusal {
        throw InterchangeError.notReadable(path: path, reason: "tensor '\(name)': \(refusal.reason)")
      }
    }
    return result
  }

  /// The settings under a key, or all of the file's, as JSON; names that Python would import become texts, and so does
  /// what JSON has nothing for.
  public func settings(under key: String? = nil) -> JSONValue? {
    var budget = 100_000
    guard let key else { return TorchFile.json(.dictionary(root), depth: 0, &budget) }
    return root[key].flatMap { TorchFile.json($0, depth: 0, &budget) }
  }

  /// - Parameter budget: values still allowed: a pickle may mention one list many times over.
  private static func json(_ value: PickleValue, depth: Int, _ budget: inout Int) -> JSONValue? {
    budget -= 1
    guard depth < 16, budget > 0 else { return nil }
    switch value {
    case .none: return .null
    case .truth(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .text(let value), .global(let value): return .string(value)
    case .tuple(let items): return list(items, depth: depth, &budget)
    case .list(let list): return TorchFile.list(list.items, depth: depth, &budget)
    case .dictionary(let dictionary):
      var members: [JSONValue.Member] = []
      for (key, value) in dictionary.items {
        guard case .text(let name) = key, let value = json(value, depth: depth + 1, &budget) else { continue }
        if let index = members.firstIndex(where: { $0.key == name }) { members.remove(at: index) }
        members.append(.init(key: name, value: value))
      }
      return .object(members)
    // Left out, it would be taken for the default.
    case .bytes, .storage, .tensor, .array, .element: return .string("an object")
    }
  }

  private static func list(_ items: [PickleValue], depth: Int, _ budget: inout Int) -> JSONValue {
    var values: [JSONValue] = []
    for item in items {
      if let value = json(item, depth: depth + 1, &budget) { values.append(value) }
    }
    return .array(values)
  }
}
