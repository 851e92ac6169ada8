import Configuration
import Diagnostics

/// The checked header of a safetensors file: names, types, shapes and places of its tensors.
///
/// The format (github.com/huggingface/safetensors, README): eight bytes with the length N of the header,
/// N bytes of JSON, then the tensors' bytes without gaps. Everything that the reference reader checks is
/// checked here, and also duplicate keys, nesting, the number of tensors and their names.
struct SafetensorsHeader {
  /// Limit of the format itself.
  static let maximumHeaderBytes = 100_000_000
  static let maximumTensors = 1_000_000
  static let maximumNameBytes = 1024
  static let maximumRank = 32

  struct Entry {
    var name: String
    var type: TensorType
    var shape: [Int]
    /// Bytes of the tensor, counted from the first byte after the header.
    var bytes: Range<Int>
  }

  var metadata: [String: String] = [:]
  /// In the order of their bytes.
  var entries: [Entry] = []

  /// - Parameters:
  ///   - bytes: the N bytes of the header.
  ///   - bufferSize: bytes of the file after the header.
  init(_ bytes: [UInt8], bufferSize: Int) throws(Refusal) {
    guard bytes.first == UInt8(ascii: "{") else { throw Refusal("the header does not begin with '{'") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Refusal("the header is not valid UTF-8")
    }
    try SafetensorsHeader.checkDepth(bytes)
    let root: JSONValue
    do {
      root = try JSONValue.parse(text, source: "header")
    } catch let error as any Diagnosable {
      let found = error.diagnostic
      let place = found.location.map { " (\($0))" } ?? ""
      throw Refusal(found.summary + place)
    } catch {
      throw Refusal("\(error)")
    }
    guard let members = root.members else { throw Refusal("the header is not a JSON object") }
    guard members.count <= SafetensorsHeader.maximumTensors else {
      throw Refusal("\(members.count) tensors are more than \(SafetensorsHeader.maximumTensors)")
    }
    for member in members {
      if member.key == "__metadata__" {
        metadata = try SafetensorsHeader.metadata(member.value)
      } else {
        entries.append(try SafetensorsHeader.entry(member))
      }
    }
    entries.sort { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
    var end = 0
    for entry in entries {
      guard entry.bytes.lowerBound == end else {
        throw Refusal(
          "tensor '\(entry.name)' begins at byte \(entry.bytes.lowerBound) where \(end) is expected: "
            + (entry.bytes.lowerBound > end ? "a hole" : "an overlap"))
      }
      end = entry.bytes.upperBound
    }
    guard end == bufferSize else {
      let what = end > bufferSize ? "cut short" : "followed by bytes that belong to no tensor"
      throw Refusal("the tensors take \(end) bytes and the file holds \(bufferSize): it is \(what)")
    }
  }

  /// Why a file is refused.
  struct Refusal: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
  }

  /// Refuses nesting before the general reader sees it; a header has at most three levels.
  private static func checkDepth(_ bytes: [UInt8]) throws(Refusal) {
    var depth = 0
    var inString = false
    var escaped = false
    for byte in bytes {
      if inString {
        if escaped {
          escaped = false
        } else if byte == UInt8(ascii: "\\") {
          escaped = true
        } else if byte == UInt8(ascii: "\"") {
          inString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): inString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      guard depth <= 8 else { throw Refusal("the header is nested deeper than 8 levels") }
    }
  }

  private static func metadata(_ value: JSONValue) throws(Refusal) -> [String: String] {
    guard let members = value.members else { throw Refusal("__metadata__ is not an object") }
    var result: [String: String] = [:]
    for member in members {
      guard let text = member.value.stringValue else {
        throw Refusal("__metadata__ entry '\(member.key)' is not a text")
      }
      result[member.key] = text
    }
    return result
  }

  private static func entry(_ member: JSONValue.Member) throws(Refusal) -> Entry {
    let name = member.key
    guard name.utf8.count <= maximumNameBytes else {
      throw Refusal("a tensor's name is longer than \(maximumNameBytes) bytes")
    }
    guard !name.isEmpty, name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
      throw Refusal("a tensor's name is empty or has control characters")
    }
    guard let fields = member.value.members else { throw Refusal("tensor '\(name)' is not an object") }
    for field in fields where !["dtype", "shape", "data_offsets"].contains(field.key) {
      throw Refusal("tensor '\(name)' has the unknown key '\(field.key)'")
    }
    guard let typeName = member.value["dtype"]?.stringValue else {
      throw Refusal("tensor '\(name)' has no dtype")
    }
    guard let type = TensorType(rawValue: typeName) else {
      throw Refusal("tensor '\(name)' has the unknown dtype '\(typeName)'")
    }
    guard let extents = member.value["shape"]?.arrayValue else {
      throw Refusal("tensor '\(name)' has no shape")
    }
    guard extents.count <= maximumRank else {
      throw Refusal("tensor '\(name)' has \(extents.count) axes, more than \(maximumRank)")
    }
    var shape: [Int] = []
    var bits = type.bitCount
    for extent in extents {
      guard case .integer(let value) = extent, value >= 0 else {
        throw Refusal("tensor '\(name)' has an extent that is not a whole number")
      }
      shape.append(value)
    }
    // An extent of zero empties the tensor whatever the others are, but must not hide an overflow.
    for extent in shape where extent != 0 {
      let (product, overflow) = bits.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw Refusal("tensor '\(name)' has a size beyond 64 bits") }
      bits = product
    }
    if shape.contains(0) { bits = 0 }
    guard bits % 8 == 0 else { throw Refusal("tensor '\(name)' ends inside a byte") }
    guard let offsets = member.value["data_offsets"]?.arrayValue, offsets.count == 2,
      case .integer(let begin) = offsets[0], case .integer(let end) = offsets[1], begin >= 0, end >= begin
    else { throw Refusal("tensor '\(name)' has no valid data_offsets") }
    guard end - begin == bits / 8 else {
      throw Refusal("tensor '\(name)' takes \(end - begin) bytes, but its shape and type need \(bits / 8)")
    }
    return Entry(name: name, type: type, shape: shape, bytes: begin..<end)
  }
}
