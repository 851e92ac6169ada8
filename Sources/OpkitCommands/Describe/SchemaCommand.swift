import ArgumentParser
import Configuration
import Diagnostics

/// `opkit schema`: the JSON Schema of a command's configuration.
struct Schema: OpkitCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of a configuration, for editors and checkers.",
    discussion: """
      Every key with its type, default, range and meaning. Name the file in the configuration, and an editor \
      completes and checks it:

        opkit schema train > train.schema.json
        { "$schema": "train.schema.json", "model": { … } }
      """)

  /// Commands that read a configuration.
  enum Subject: String, CaseIterable, ExpressibleByArgument {
    case bench, generate, train

    var schema: JSONValue {
      switch self {
      case .bench:
        ConfigReader.schema(title: "opkit bench") { _ = try BenchConfiguration(from: $0) }
      case .generate:
        ConfigReader.schema(title: "opkit generate") { _ = try GenerateConfiguration(from: $0) }
      case .train:
        ConfigReader.schema(title: "opkit train") { _ = try TrainConfiguration(from: $0) }
      }
    }
  }

  @Argument(help: "The command; without it, a schema that allows the configurations of all.")
  var command: Subject?

  @OptionGroup var shared: SharedOptions

  func execute(in invocation: Invocation) throws -> ExitStatus {
    shared.warnOfIdleFlags("schema", invocation.console)
    let schema =
      command?.schema ?? [
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "opkit configuration",
        "anyOf": .array(Subject.allCases.map(\.schema)),
      ]
    try invocation.console.print(schema.serialized(indent: 2))
    return .success
  }
}
