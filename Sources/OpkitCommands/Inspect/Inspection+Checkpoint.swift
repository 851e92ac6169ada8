import Configuration
import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Inspection {
  /// Whether a file starts as safetensors do: a header length, then `{`.
  static func looksLikeSafetensors(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var head = [UInt8](repeating: 0, count: 9)
    return read(descriptor, &head, head.count) == head.count && head[8] == UInt8(ascii: "{")
  }

  /// A safetensors file: tensors by the first part of their names, and the texts beside them.
  init(checkpoint path: String) throws {
    let file = try SafetensorsFile(path: path)
    var groups: [(name: String, tensors: Int, numbers: Int, bytes: Int)] = []
    for tensor in file.tensors {
      let name = tensor.name.split(separator: ".").first.map(String.init) ?? tensor.name
      let index =
        groups.firstIndex { $0.name == name }
        ?? {
          groups.append((name, 0, 0, 0))
          return groups.count - 1
        }()
      groups[index].tensors += 1
      groups[index].numbers += tensor.shape.reduce(1, *)
      groups[index].bytes += tensor.byteCount
    }
    let metadata = file.metadata.sorted { $0.key < $1.key }.map { key, text in
      JSONValue.Member(key: key, value: (try? JSONValue.parse(text, source: key)) ?? .string(text))
    }
    let rows = groups.map { group in
      [group.name, "\(group.tensors) tensors", "\(group.numbers) numbers", byteText(Double(group.bytes))]
    }
    let text = Inspection.sections([
      ("checkpoint \(path)", tableText(rows, indent: 2)),
      ("metadata", metadata.isEmpty ? "" : Inspection.flattened(.object(metadata))),
    ])
    let tensors = file.tensors.map { tensor -> JSONValue in
      [
        "name": .string(tensor.name), "type": .string(tensor.type.rawValue),
        "shape": .array(tensor.shape.map { .integer($0) }), "bytes": .integer(tensor.byteCount),
      ]
    }
    self.init(
      text: text,
      json: [
        "kind": "checkpoint", "path": .string(path), "tensors": .array(tensors),
        "metadata": .object(metadata),
      ])
  }
}
