import Datasets
import Diagnostics
import Fields
import Foundation
import TestSupport
import Testing

@Suite("Files of numpy.savez") struct NPZTests {
  private static let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("datasets/fixtures/deepxde.npz")

  private func values(_ path: String, _ name: String) throws -> [Double] {
    let file = try DatasetFile(path: path)
    return try file.values(of: #require(file[name], "no \(name)"))
  }

  @Test("written by NumPy, compressed, with DeepXDE's array of objects")
  func deepXDE() throws {
    let path = Self.fixture.path
    let file = try DatasetFile(path: path)
    #expect(file.format == "NPZ" && file.variables.map(\.name) == ["X[0]", "X[1]", "y"])
    #expect(file["y"]?.shape == [4, 3] && file["y"]?.element == .float(bytes: 4))
    #expect(try values(path, "X[0]") == PlainFile.ramp([4, 5]))
    #expect(try values(path, "X[1]") == PlainFile.ramp([3, 1]))
    #expect(try values(path, "y") == PlainFile.ramp([4, 3]))
    let data = try LearningData(DataConfiguration(path: path, train: 3, test: 1))
    #expect(data.signature.queries == .common(coordinates: [0, 0.125, 0.25], dimensions: 1))
    let test = try data.table(data.test)
    #expect(test.inputs.doubles == PlainFile.ramp([4, 5]).suffix(5))
    #expect(test.outputs.doubles == PlainFile.ramp([4, 3]).suffix(3))
  }

  @Test("every order of bytes and indices, and every width", arguments: [false, true])
  func elements(isDeflated: Bool) throws {
    let scratch = try Scratch()
    let path = scratch.file("a.npz")
    var archive = NPZFixture(isDeflated: isDeflated)
    archive.add("small", "<f4", [2, 3], (0..<6).flatMap { NPZFixture.little(Float($0).bitPattern) })
    archive.add("big", ">f8", [3], (0..<3).flatMap { NPZFixture.little(Double($0).bitPattern.byteSwapped) })
    archive.add("fortran", "<i2", [2, 3], (0..<6).flatMap { NPZFixture.little(UInt16($0)) }, isFortran: true)
    archive.add("signed", "|i1", [2], [0xFF, 0x01])
    archive.add("truth", "|b1", [2], [1, 0])
    archive.add("scalar", "<u8", [], NPZFixture.little(UInt64(7)))
    archive.add("empty", "<f8", [0, 4], [])
    archive.add("names", "<U2", [1], [0, 0, 0, 0, 0, 0, 0, 0])
    try archive.write(to: path)
    #expect(try values(path, "small") == [0, 1, 2, 3, 4, 5])
    #expect(try values(path, "big") == [0, 1, 2])
    #expect(try values(path, "fortran") == [0, 2, 4, 1, 3, 5])
    #expect(try values(path, "signed") == [-1, 1] && values(path, "truth") == [1, 0])
    #expect(try values(path, "scalar") == [7] && values(path, "empty") == [])
    let file = try DatasetFile(path: path)
    #expect(throws: DatasetsError.notNumeric(path: path, variable: "names", type: "<U2")) {
      try file.values(of: #require(file["names"]))
    }
    // A box from the middle.
    var box = [Float](repeating: 0, count: 2)
    try box.withUnsafeMutableBytes {
      let base = try #require($0.baseAddress)
      try file.read(
        #require(file["fortran"]), start: [0, 1], count: [2, 1], precision: .float32, into: base)
    }
    #expect(box == [2, 3])
  }

  private func refusal(_ bytes: [UInt8], _ scratch: Scratch) throws -> Diagnostic? {
    let path = scratch.file("bad.npz")
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    do {
      let data = try LearningData(DataConfiguration(path: path, train: 3, test: 1))
      _ = try data.table(data.train)
      return nil
    } catch {
      let diagnostic = try #require((error as? any Diagnosable)?.diagnostic, "\(error)")
      #expect(diagnostic.exitCode == .badInput && diagnostic.fix != nil)
      return diagnostic
    }
  }

  @Test("cut anywhere it is refused, and no changed byte is a trap or goes unnoticed in the numbers")
  func damage() throws {
    let scratch = try Scratch()
    let whole = [UInt8](try Data(contentsOf: Self.fixture))
    #expect(try refusal(whole, scratch) == nil)
    for length in stride(from: 0, to: whole.count, by: 7) {
      #expect(try refusal(Array(whole[..<length]), scratch) != nil, "cut at \(length)")
    }
    for index in whole.indices {
      var changed = whole
      changed[index] ^= [0x01, 0x80, 0xFF][index % 3]
      _ = try refusal(changed, scratch)
    }
    // Behind the first member's header, where its deflated numbers are.
    var changed = whole
    changed[100] ^= 0x10
    #expect(try refusal(changed, scratch)?.code == "data.corrupt")
  }

  @Test("headers and pickles that lie are refused with their reason")
  func lies() throws {
    let scratch = try Scratch()
    func reason(_ name: String, _ bytes: [UInt8]) throws -> String {
      var archive = NPZFixture(isDeflated: false)
      archive.add("y", "<f8", [4, 3], [UInt8](repeating: 0, count: 96))
      archive.members.append((name, bytes))
      return try refusal(archive.bytes, scratch)?.reason ?? "accepted"
    }
    func header(_ text: String) -> [UInt8] {
      Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) }) + [1, 0]
        + NPZFixture.little(UInt16(text.utf8.count)) + Array(text.utf8)
    }
    #expect(try reason("x.npy", [1, 2, 3, 4, 5, 6, 7, 8, 9]).contains("does not begin as an array"))
    #expect(try reason("x.npy", [1, 2, 3]).contains("cut short"))
    for text in [
      "", "{", "{'descr'", "{'descr': '<f8', 'fortran_order': False, 'shape': (4, ", "{'descr': [", "(1,)",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (-4, 3)}", "{'descr': '<f8', 'shape': (4,)}",
      "{'descr': '<f8', 'fortran_order': 3, 'shape': (4,)}", "{'descr': 'unended",
    ] {
      #expect(try reason("x.npy", header(text)).contains("its header"), "\(text)")
    }
    for shape in ["(4, 3)", "(9223372036854775807, 9223372036854775807)", "(4611686018427387904,)"] {
      let text = "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape)}"
      #expect(try reason("x.npy", header(text)) != "accepted", "\(shape)")
    }
    let objects = "{'descr': '|O', 'fortran_order': False, 'shape': (2,)}"
    let system = Array(
      "cposix\nsystem\nX\u{2}\u{0}\u{0}\u{0}ls\u{85}R.".unicodeScalars.map { UInt8($0.value) })
    #expect(
      try reason("X.npy", header(objects) + [0x80, 2] + system).contains("asks to call 'posix.system'"))
    #expect(try reason("X.npy", header(objects) + [0x80, 2, 0x4E, 0x2E]).contains("no array of so many"))
  }

  @Test("of another maker: columns in Fortran order, and an uncompressed pair of objects")
  func verification() throws {
    guard let flow = VerificationData.path("layouts/npz/trajectory_fortran.npz"),
      let pair = VerificationData.path("layouts/npz/aligned_operator.npz")
    else { return }
    var expected: [Double] = []
    for x in 0..<12 { for t in 0..<9 { expected.append(Double(x) / 16 + Double(t)) } }
    #expect(try values(flow, "usol") == expected)
    #expect(try values(flow, "x") == (0..<12).map { -1 + Double($0) / 4 })
    expected = []
    for sample in 0..<5 { for sensor in 0..<8 { expected.append(Double(sample) + Double(sensor) / 16) } }
    #expect(try values(pair, "X[0]") == expected)
    let data = try LearningData(DataConfiguration(path: pair, train: 4, test: 1))
    #expect(data.signature.queries == .common(coordinates: (0..<8).map { Double($0) / 8 }, dimensions: 1))
    #expect(try data.table(data.test).outputs.doubles == (0..<8).map { 3 + Double($0) / 32 })
  }
}
