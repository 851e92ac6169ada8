import Diagnostics
import Files
import Foundation
import Tensors
import Testing

@Suite("safetensors")
struct SafetensorsTests {
  private func buffer(_ values: [Double], _ precision: Precision) -> HostBuffer {
    let buffer = HostBuffer(count: values.count, precision: precision)
    for (i, value) in values.enumerated() { buffer[i] = value }
    return buffer
  }

  /// A file of a header text and some bytes.
  private func file(_ header: String, _ data: Int, length: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    let count = length ?? UInt64(text.count)
    return withUnsafeBytes(of: count.littleEndian) { Array($0) } + text + [UInt8](repeating: 0, count: data)
  }

  private func reason(_ bytes: [UInt8]) throws -> String {
    let scratch = try Scratch()
    let path = scratch.file("t.safetensors")
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    do {
      _ = try SafetensorsFile(path: path)
      return "accepted"
    } catch let error as FilesError {
      #expect(error.diagnostic.exitCode == .badInput)
      return error.diagnostic.reason ?? ""
    }
  }

  @Test("Tensors and metadata survive writing and reading to the bit")
  func roundTrip() throws {
    let scratch = try Scratch()
    let path = scratch.file("t.safetensors")
    let floats = buffer([1, -0.0, 3.25, 1e-40, 5, 6], .float32)
    let doubles = buffer([0.1, -1e300], .float64)
    let metadata = ["config": "{\"a\": \"ü\\n\"}", "format": "opkit"]
    try SafetensorsWriter.write(
      [
        .init("w", shape: [2, 3], .buffer(floats)), .init("m/α", shape: [2], .buffer(doubles)),
        .init("step", shape: [], .int64s([-5])), .init("rng", shape: [2], .uint64s([.max, 1])),
        .init("none", shape: [0, 3], .buffer(buffer([], .float32))),
        .init("raw", shape: [3], .bytes([1, 2, 3], .uint8)),
      ], metadata: metadata, to: path)
    let file = try SafetensorsFile(path: path)
    #expect(file.metadata == metadata)
    #expect(file.tensors.map(\.name) == ["m/α", "rng", "step", "none", "w", "raw"])
    #expect(file["w"]?.shape == [2, 3] && file["w"]?.type == .float32 && file["step"]?.shape == [])
    #expect(try file.buffer(of: "w").doubles.map(\.bitPattern) == floats.doubles.map(\.bitPattern))
    #expect(try file.buffer(of: "m/α").doubles == doubles.doubles)
    #expect(try file.int64s(of: "step") == [-5])
    #expect(try file.uint64s(of: "rng") == [.max, 1])
    #expect(try file.buffer(of: "none").count == 0)
    #expect(try file.bytes(of: "raw") == [1, 2, 3])
    let written = try #require(scratch.bytes("t.safetensors"))
    let length = written.prefix(8).reversed().reduce(0) { $0 << 8 + Int($1) }
    #expect((8 + length) % 8 == 0)
  }

  @Test("A missing name suggests the nearest; another type is refused")
  func lookup() throws {
    let scratch = try Scratch()
    let path = scratch.file("t.safetensors")
    try SafetensorsWriter.write([.init("weight", shape: [1], .int64s([1]))], to: path)
    let file = try SafetensorsFile(path: path)
    let missing = #expect(throws: FilesError.self) { _ = try file.buffer(of: "wieght") }
    #expect(missing?.diagnostic.fix == "the nearest name is 'weight'")
    #expect(
      throws: FilesError.wrongTensorType(path: path, name: "weight", found: "I64", expected: "F32 or F64")
    ) {
      _ = try file.buffer(of: "weight")
    }
  }

  @Test("A well-formed file of other types and paddings is accepted")
  func accepted() throws {
    #expect(try reason(file("{}", 0)) == "accepted")
    #expect(try reason(file(#"{"a":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[0,3]}}"#, 3)) == "accepted")
    #expect(try reason(file(#"{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}   "#, 1)) == "accepted")
    #expect(
      try reason(file(#"{"__metadata__":{},"a":{"dtype":"C64","shape":[],"data_offsets":[0,8]}}"#, 8))
        == "accepted")
  }

  static let attacks: [(header: String, data: Int, length: UInt64?, words: String)] = {
    let deep = String(repeating: "[", count: 100_000)
    func tensor(_ shape: String, _ begin: String, _ end: String, dtype: String = "F32") -> String {
      #"{"a":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}}"#
    }
    let two =
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[%]}}"#
    func second(_ offsets: String) -> String { two.replacingOccurrences(of: "%", with: offsets) }
    let longName = String(repeating: "n", count: 1025)
    return [
      ("{}", 0, 100_000_001, "is more than 100000000"), ("{}", 0, .max, "is more than 100000000"),
      ("{}", 0, 3, "does not fit in a file"), ("", 0, nil, "does not begin with '{'"),
      (" {}", 0, nil, "does not begin with '{'"), ("[]", 0, nil, "does not begin with '{'"),
      ("{\"a\":}", 0, nil, "not valid JSON"), ("{\"a\":1,}", 0, nil, "not valid JSON"),
      ("{} x", 0, nil, "not valid JSON"), ("{/**/}", 0, nil, "not valid JSON"),
      ("{\"a\":\(deep)", 0, nil, "nested deeper than 8"), (#"{"a":1}"#, 0, nil, "is not an object"),
      (#"{"a":{},"a":{}}"#, 0, nil, "second time"),
      (#"{"a":{"dtype":"F32","dtype":"F64"}}"#, 0, nil, "second time"),
      (#"{"__metadata__":1}"#, 0, nil, "__metadata__ is not an object"),
      (#"{"__metadata__":{"a":1}}"#, 0, nil, "is not a text"),
      (tensor("[1]", "0", "4", dtype: "F33"), 4, nil, "unknown dtype 'F33'"),
      (#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, 4, nil, "has no dtype"),
      (#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, 4, nil, "has no shape"),
      (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, nil, "no valid data_offsets"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, nil, "no valid data_offsets"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}"#, 4, nil, "unknown key 'x'"),
      (tensor("[-1]", "0", "4"), 4, nil, "not a whole number"),
      (tensor("[1.5]", "0", "4"), 4, nil, "not a whole number"),
      (tensor("[1e3]", "0", "4"), 4, nil, "not a whole number"),
      (tensor("[\"1\"]", "0", "4"), 4, nil, "not a whole number"),
      (tensor("[9223372036854775807,2]", "0", "4"), 4, nil, "beyond 64 bits"),
      (tensor("[4294967296,4294967296]", "0", "0"), 0, nil, "beyond 64 bits"),
      (tensor("[0,9223372036854775807,9]", "0", "0"), 0, nil, "beyond 64 bits"),
      (tensor("[18446744073709551617]", "0", "4"), 4, nil, "not a whole number"),
      (tensor("[1]", "4", "0"), 4, nil, "no valid data_offsets"),
      (tensor("[1]", "-4", "0"), 4, nil, "no valid data_offsets"),
      (tensor("[1]", "0", "8"), 8, nil, "takes 8 bytes, but"),
      (tensor("[3]", "0", "1", dtype: "F4"), 1, nil, "inside a byte"),
      (tensor("[1]", "4", "8"), 8, nil, "a hole"), (second("8,12"), 12, nil, "a hole"),
      (second("0,4"), 4, nil, "an overlap"),
      (second("2,6"), 6, nil, "an overlap"), (tensor("[1]", "0", "4"), 3, nil, "cut short"),
      (tensor("[1]", "0", "4"), 5, nil, "belong to no tensor"), ("{}", 1, nil, "belong to no tensor"),
      (
        "{\"\(longName)\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, nil,
        "longer than 1024"
      ),
      (#"{"a\u0000b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, nil, "control characters"),
      (#"{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, nil, "is empty"),
      (
        tensor("[" + Array(repeating: "1", count: 33).joined(separator: ",") + "]", "0", "4"), 4, nil,
        "more than 32"
      ),
    ]
  }()

  @Test("Every attack is refused with its reason")
  func attacked() throws {
    for attack in Self.attacks {
      let found = try reason(file(attack.header, attack.data, length: attack.length))
      #expect(found.contains(attack.words), "\(attack.header.prefix(80)): \(found.prefix(200))")
    }
    for count in 0..<8 {
      #expect(try reason([UInt8](repeating: 0, count: count)).contains("cannot hold the length"))
    }
    #expect(try reason(file("{\"", 0) + [0xFF, 0xFE]).contains("belong") == false)
    var invalid = file(#"{"a?":1}"#, 0)
    invalid[11] = 0xFF
    #expect(try reason(invalid).contains("not valid UTF-8"))
  }

  @Test("No change of a byte traps")
  func flipped() throws {
    let scratch = try Scratch()
    let path = scratch.file("t.safetensors")
    try SafetensorsWriter.write(
      [.init("a", shape: [2], .buffer(buffer([1, 2], .float32))), .init("b", shape: [], .int64s([3]))],
      metadata: ["k": "v"], to: path)
    let whole = try #require(scratch.bytes("t.safetensors"))
    var refused = 0
    for position in whole.indices {
      for mask in [UInt8(0x01), 0x80] {
        var bytes = whole
        bytes[position] ^= mask
        if try reason(bytes) != "accepted" { refused += 1 }
      }
    }
    #expect(refused > whole.count / 2)
    for length in whole.indices { #expect(try reason(Array(whole.prefix(length))) != "accepted") }
  }

  @Test("A missing file and a directory are diagnostics")
  func missing() throws {
    let scratch = try Scratch()
    for path in [scratch.file("none"), scratch.path] {
      let error = #expect(throws: FilesError.self) { _ = try SafetensorsFile(path: path) }
      #expect(error?.diagnostic.exitCode == .badInput)
    }
  }
}
