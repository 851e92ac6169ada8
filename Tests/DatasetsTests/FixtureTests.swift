import Configuration
import Datasets
import Files
import Foundation
import Testing

@Suite("The fixtures of the repository")
struct FixtureTests {
  private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("datasets")

  @Test("are those of the manifest, and none else")
  func manifest() throws {
    let text = try String(contentsOf: Self.directory.appendingPathComponent("manifest.json"), encoding: .utf8)
    let entries = try #require(try JSONValue.parse(text, source: "manifest.json")["datasets"]?.arrayValue)
    var listed: [String] = []
    for entry in entries {
      let path = try #require(entry["path"]?.stringValue)
      listed.append(path)
      let bytes = try Data(contentsOf: Self.directory.appendingPathComponent(path))
      var hash = SHA256()
      bytes.withUnsafeBytes { hash.update($0) }
      #expect(hash.hexadecimalDigest() == entry["sha256"]?.stringValue)
      #expect(bytes.count == entry["bytes"]?.intValue && bytes.count <= 100 << 10)
    }
    let present = try FileManager.default.contentsOfDirectory(
      atPath: Self.directory.appendingPathComponent("fixtures").path)
    #expect(Set(listed) == Set(present.map { "fixtures/\($0)" }))
  }

  @Test("The native layout of the first release stays readable")
  func native() throws {
    let path = Self.directory.appendingPathComponent("fixtures/flow.h5").path
    let data = try LearningData(DataConfiguration(path: path, train: 1, test: 1))
    #expect(data.mapping == .window(field: "vorticity", inputSteps: 2, outputSteps: 2))
    #expect(data.signature.gridShape == [4, 6] && data.signature.rolloutSteps == 2)
    let table = try data.table(data.test)
    // Sample 1, point (3, 5), times 1 and 3 of the file.
    #expect(table.inputs[23 * 2 + 1] == Samples.value(sample: 1, field: 0, flat: 24 + 23))
    #expect(table.outputs[23 * 2 + 1] == Samples.value(sample: 1, field: 0, flat: 3 * 24 + 23))
  }

  @Test("Plain arrays of the first release stay readable")
  func plain() throws {
    let path = Self.directory.appendingPathComponent("fixtures/plain.h5").path
    let data = try LearningData(DataConfiguration(path: path, train: 3, test: 1))
    #expect(data.signature.inputChannels == 1 && data.signature.gridShape == [6, 6])
    #expect(try data.table(data.test).outputs[35] == Double(4 * 36 - 1) / 8)
  }
}
