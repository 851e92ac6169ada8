import Configuration
import Datasets
import Diagnostics
import Fields
import Testing

@Suite("The data section")
struct DataConfigurationTests {
  private func read(_ text: String) throws -> DataConfiguration {
    let reader = ConfigReader(try ConfigDocument.parse(text, source: "c.json"))
    let configuration = try DataConfiguration(from: reader)
    try reader.finish()
    return configuration
  }

  @Test("has defaults for all but the file and the number of training samples")
  func defaults() throws {
    let configuration = try read(#"{"path": "a.h5", "train": 10}"#)
    #expect(configuration == DataConfiguration(path: "a.h5", train: 10))
    #expect(configuration.mapping == nil && configuration.reading == ReadingOptions())
  }

  @Test("reads every key")
  func all() throws {
    let text = """
      {"path": "a.h5", "testPath": "b.h5", "train": 10, "validation": 2, "test": 3, "stride": 4, "strides": [1, 2],
       "mapping": {"type": "window", "field": "u", "inputSteps": 10, "outputSteps": 20},
       "channelAxis": "yes", "boundary": "closed", "normalization": {"input": "symmetric", "output": "none"}}
      """
    let expected = DataConfiguration(
      path: "a.h5", testPath: "b.h5", train: 10, validation: 2, test: 3,
      reading: ReadingOptions(channelAxis: true, boundary: .closed, stride: 4), strides: [1, 2],
      mapping: .window(field: "u", inputSteps: 10, outputSteps: 20), inputNormalization: .symmetric,
      outputNormalization: .none)
    #expect(try read(text) == expected)
  }

  @Test("takes null and \"declared\" for the file's own mapping")
  func declared() throws {
    #expect(try read(#"{"path": "a.h5", "train": 1, "mapping": null}"#).mapping == nil)
    #expect(try read(#"{"path": "a.h5", "train": 1, "mapping": "declared"}"#).mapping == nil)
  }

  @Test("echoes itself: the resolved section reads back to the same")
  func resolved() throws {
    for text in [
      #"{"path": "a.h5", "train": 10}"#, #"{"path": "a.h5", "train": 1, "mapping": null}"#,
      #"{"path": "a", "train": 1, "mapping": {"type": "steady", "inputs": ["k"], "outputs": ["u", "v"]}}"#,
    ] {
      let reader = ConfigReader(try ConfigDocument.parse(text, source: "c.json"))
      let configuration = try DataConfiguration(from: reader)
      #expect(try read(reader.resolved.serialized(indent: 2)) == configuration)
    }
  }

  @Test(
    "refuses what cannot be meant, with exit status 2",
    arguments: [
      #"{"train": 10}"#, #"{"path": "a.h5"}"#, #"{"path": "a.h5", "train": 0}"#,
      #"{"path": "a.h5", "train": 1, "tset": 2}"#, #"{"path": "a.h5", "train": 1, "stride": 0}"#,
      #"{"path": "a.h5", "train": 1, "strides": [2, 4]}"#,
      #"{"path": "a.h5", "train": 1, "strides": [1, 1]}"#,
      #"{"path": "a.h5", "train": 1, "strides": [1, 2], "normalization": {"output": "pointwise"}}"#,
      #"{"path": "a.h5", "train": 1, "mapping": {"type": "stedy"}}"#,
      #"{"path": "a.h5", "train": 1, "mapping": 3}"#,
      #"{"path": "a.h5", "train": 1, "mapping": {"type": "steady", "inputs": [], "outputs": ["u"]}}"#,
      #"{"path": "a.h5", "train": 1, "mapping": {"type": "steady", "inputs": ["u", "u"], "outputs": ["u"]}}"#,
      #"{"path": "a.h5", "train": 1, "normalization": {"input": "gauss"}}"#,
      #"{"path": "a.h5", "train": 1, "boundary": "open"}"#,
    ])
  func refused(text: String) throws {
    let error = #expect(throws: (any Error).self) { _ = try read(text) }
    let diagnostic = (error as? any Diagnosable)?.diagnostic
    #expect(diagnostic?.exitCode == .usage)
    #expect(diagnostic?.location?.hasPrefix("c.json:") == true)
  }

  @Test("has a schema with every key")
  func schema() {
    let schema = ConfigReader.schema(title: "data") { _ = try DataConfiguration(from: $0) }
    let keys = schema["properties"]?.members?.map(\.key) ?? []
    for key in [
      "path", "testPath", "train", "validation", "test", "stride", "mapping", "channelAxis", "boundary",
      "normalization",
    ] { #expect(keys.contains(key), "\(key) is missing among \(keys)") }
  }

  @Test(
    "A mapping survives its text",
    arguments: [
      FieldMapping.steady(inputs: ["a", "b"], outputs: ["c"]), .initialToFinal(field: "u"),
      .window(field: "vorticity", inputSteps: 10, outputSteps: 10),
    ])
  func mappingText(mapping: FieldMapping) throws {
    #expect(try FieldMapping(json: mapping.json.serialized(indent: nil), source: "s") == mapping)
  }
}
