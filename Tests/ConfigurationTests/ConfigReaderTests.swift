import Configuration
import Diagnostics
import Testing

@Suite("Configuration reader")
struct ConfigReaderTests {
  @Test("an empty file gives all defaults, and the echo shows them")
  func defaults() throws {
    let (configuration, resolved) = try SampleConfiguration.read("{}")
    #expect(configuration.epochs == 500 && configuration.modes == [16, 16] && configuration.clip == nil)
    let expected = """
      {"training": {"epochs": 500, "rate": 0.001, "norm": "l2", "clip": null}, "modes": [16, 16], \
      "wave": {"type": "still"}, "note": null}
      """
    #expect(resolved.serialized(indent: nil) == expected)
  }

  @Test("the echo is a configuration that reads to itself")
  func echo() throws {
    let text = #"{"wave": {"type": "fixed", "speed": 2}, "modes": [3, 4], "training": {"clip": 1.5}}"#
    let (_, resolved) = try SampleConfiguration.read(text)
    let (again, echoed) = try SampleConfiguration.read(resolved.serialized(indent: 2))
    #expect(echoed == resolved)
    #expect(again.wave == .init(speed: 2) && again.modes == [3, 4] && again.clip == 1.5)
  }

  @Test("comments, trailing commas, $schema, one number for a list and a bare variant name are allowed")
  func relaxed() throws {
    let (configuration, _) = try SampleConfiguration.read(
      """
      { // how we train
        "$schema": "x", "$comment": "y",
        "modes": 8, /* both axes */
        "wave": "still",
        "training": {"epochs": 1e2,},
      }
      """)
    #expect(configuration.modes == [8, 8] && configuration.epochs == 100)
  }

  @Test(
    "overrides that begin as JSON are read as JSON, with its mistakes",
    arguments: [
      #"wave={"type": "fixed", "speed": 1"#, "modes=[1, 2", #"note="half"#, #"wave={"type": 1, "type": 2}"#,
    ])
  func malformedOverrides(_ override: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try SampleConfiguration.read("{}", set: [override])
    }
    #expect(error?.diagnostic.code == "config.syntax" || error?.diagnostic.code == "config.duplicate")
    #expect(error?.diagnostic.location?.contains("--set") == true)
  }

  @Test("overrides replace, create, enter lists and bare variants, and fall back to text")
  func overrides() throws {
    let (configuration, _) = try SampleConfiguration.read(
      #"{"modes": [3, 4], "wave": "still"}"#,
      set: [
        "training.epochs=7", "modes[1]=9", "note=two words", "training.norm=h1", "wave.type=fixed",
        "wave.speed=3",
      ])
    #expect(configuration.epochs == 7 && configuration.modes == [3, 9])
    #expect(configuration.note == "two words" && configuration.norm == .h1)
    #expect(configuration.wave == .init(speed: 3))
  }

  @Test("fail points at the nearest part that the text has")
  func fail() throws {
    let document = try ConfigDocument.parse("{\n \"a\": {\"modes\": [3,\n 40]}}", source: "c.json")
    let reader = try ConfigReader(document).section("a", doc: "")
    #expect(reader.fail("modes[1]", "x").location == "c.json:3:2: a.modes[1]")
    #expect(reader.fail("modes[2]", "x").location == "c.json:2:17: a.modes[2]")
    #expect(reader.fail("width", "x").location == "c.json:2:7: a.width")
    let absent = try reader.section("b", doc: "")
    #expect(absent.fail("c", "x").location == "c.json:2:7: a.b.c")
  }

  @Test("the schema has every field with default, range and documentation, and every variant")
  func schema() throws {
    let schema = ConfigReader.schema(title: "sample") { _ = try SampleConfiguration($0) }
    #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    let properties = try #require(schema["properties"])
    #expect(properties["$schema"] == ["type": "string"])
    let epochs = properties["training"]?["properties"]?["epochs"]
    #expect(
      epochs == [
        "description": "passes over the data", "type": "integer", "minimum": 1, "maximum": 10_000,
        "default": 500,
      ])
    let wave = try #require(properties["wave"]?["anyOf"]?.arrayValue)
    #expect(wave.count == 3)
    #expect(wave[0]["properties"]?["type"] == ["const": "fixed"])
    #expect(wave[0]["required"] == ["type", "speed"])
    #expect(wave[2] == ["enum": ["fixed", "still"]])
    #expect(schema["required"] == nil)
    #expect(schema["additionalProperties"] == false)
  }

  @Test("a section with a required field is required, an optional section is not")
  func requiredSection() throws {
    let schema = ConfigReader.schema(title: "t") { reader in
      _ = try reader.section("a", doc: "").int("n", doc: "count")
      _ = try reader.optionalSection("b", doc: "")?.int("n", doc: "count")
    }
    #expect(schema["required"] == ["a"])
    #expect(schema["properties"]?["b"]?["anyOf"]?.arrayValue?.last == ["type": "null"])
  }
}
