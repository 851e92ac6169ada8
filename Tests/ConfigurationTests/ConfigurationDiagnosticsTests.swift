import Configuration
import Diagnostics
import Testing

/// One wrong configuration and the whole text that the user sees.
struct WrongConfiguration: Sendable, CustomTestStringConvertible {
  var name: String
  var text: String
  var overrides: [String] = []
  var expected: String

  var testDescription: String { name }

  static let all: [WrongConfiguration] = [
    .init(
      name: "misspelt key",
      text: "{\n  \"training\": {\n    \"epohcs\": 3\n  }\n}",
      expected: """
        error[config.unknown-key]: unknown key 'epohcs'
          at    configs/x.json:3:5: training.epohcs
          why   keys allowed here: epochs, rate, norm, clip
          fix   rename it to 'epochs'
        """),
    .init(
      name: "foreign key", text: "{\"gpu\": true}",
      expected: """
        error[config.unknown-key]: unknown key 'gpu'
          at    configs/x.json:1:2: gpu
          why   keys allowed here: training, modes, wave, note
          fix   remove it
        """),
    .init(
      name: "wrong type", text: "{\"training\": {\"epochs\": \"many\"}}",
      expected: """
        error[config.type]: training.epochs is the text "many"
          at    configs/x.json:1:25: training.epochs
          why   it must be an integer from 1 to 10000
          fix   set training.epochs to an integer from 1 to 10000
        """),
    .init(
      name: "out of range", text: "{\"training\": {\"rate\": 0}}",
      expected: """
        error[config.range]: training.rate = 0 is out of range
          at    configs/x.json:1:23: training.rate
          why   learning rate
          fix   set training.rate to a number above 0 and of at most 1
        """),
    .init(
      name: "entry out of range", text: "{\"modes\": [4, 65]}",
      expected: """
        error[config.range]: modes[1] = 65 is out of range
          at    configs/x.json:1:15: modes[1]
          why   kept modes per axis
          fix   set modes[1] to an integer from 1 to 64
        """),
    .init(
      name: "wrong count", text: "{\"modes\": [4, 5, 6]}",
      expected: """
        error[config.count]: modes has 3 entries
          at    configs/x.json:1:11: modes
          why   it must have 2
          fix   give 2 entries, or one value for all of them
        """),
    .init(
      name: "missing", text: "{\"wave\": {\"type\": \"fixed\"}}",
      expected: """
        error[config.missing]: wave.speed is missing
          at    configs/x.json:1:10: wave.speed
          why   it has no default: speed
          fix   add "speed" with a number
        """),
    .init(
      name: "missing because misspelt", text: "{\"wave\": {\"type\": \"fixed\", \"sped\": 1}}",
      expected: """
        error[config.missing]: wave.speed is missing
          at    configs/x.json:1:10: wave.speed
          why   it has no default: speed
          fix   rename 'sped' to 'speed'
        """),
    .init(
      name: "unknown variant", text: "{\"wave\": {\"type\": \"fixd\"}}",
      expected: """
        error[config.choice]: wave.type = "fixd" is unknown
          at    configs/x.json:1:19: wave.type
          why   known: fixed, still
          fix   set wave.type to "fixed"
        """),
    .init(
      name: "unknown choice", text: "{\"training\": {\"norm\": \"energy\"}}",
      expected: """
        error[config.choice]: training.norm = "energy" is unknown
          at    configs/x.json:1:23: training.norm
          why   known: l2, h1
          fix   choose one of the known names
        """),
    .init(
      name: "section of the wrong type", text: "{\"training\": 3}",
      expected: """
        error[config.type]: training is 3
          at    configs/x.json:1:14: training
          why   it must be an object
          fix   set training to an object
        """),
    .init(
      name: "override with a misspelt path", text: "{}", overrides: ["training.epoch=2"],
      expected: """
        error[config.unknown-key]: unknown key 'epoch'
          at    --set training.epoch=2: training.epoch
          why   keys allowed here: epochs, rate, norm, clip
          fix   rename it to 'epochs'
        """),
    .init(
      name: "override without value", text: "{}", overrides: ["training.epochs"],
      expected: """
        error[config.override]: this override has no path and value
          at    --set training.epochs
          fix   write --set path.to.key=value, for example --set training.epochs=2
        """),
    .init(
      name: "override through a number", text: "{\"training\": {\"epochs\": 3}}",
      overrides: ["training.epochs.x=2"],
      expected: """
        error[config.override]: training.epochs is 3, so nothing inside it can be set
          at    --set training.epochs.x=2
          fix   set training.epochs itself, or correct the path
        """),
    .init(
      name: "override of an absent entry", text: "{\"modes\": [1, 2]}", overrides: ["modes[2]=2"],
      expected: """
        error[config.override]: modes has no entry 2
          at    --set modes[2]=2
          why   it has 2 entries, counted from 0
          fix   set the whole list, for example --set 'modes=[1, 2]'
        """),
    .init(
      name: "bad JSON", text: "{\n  \"modes\": [1, 2\n}",
      expected: """
        error[config.syntax]: not valid JSON: expected ',' or ']'
          at    configs/x.json:3:1
          fix   correct the text at this line and column
        """),
    .init(
      name: "no object", text: "[1]",
      expected: """
        error[config.type]: a configuration must be an object, found a list
          at    configs/x.json:1:1
          fix   write { "key": value, … }
        """),
  ]
}

@Suite("Configuration diagnostics")
struct ConfigurationDiagnosticsTests {
  @Test("each mistake is said in the four-line form with exit code 2", arguments: WrongConfiguration.all)
  func golden(_ wrong: WrongConfiguration) throws {
    let error = #expect(throws: (any Error).self) {
      try SampleConfiguration.read(wrong.text, set: wrong.overrides)
    }
    let diagnostic = try #require(error as? any Diagnosable).diagnostic
    #expect(diagnostic.description == wrong.expected)
    #expect(diagnostic.exitCode == .usage)
  }

  @Test("a missing file is named")
  func missingFile() throws {
    let error = #expect(throws: ConfigurationError.self) { try ConfigDocument.load(path: "/nowhere/x.json") }
    #expect(error == .unreadable(source: "/nowhere/x.json", reason: "No such file or directory"))
    #expect(error?.diagnostic.exitCode == .usage)
  }
}
