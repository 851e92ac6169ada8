import ArgumentParser
import Configuration
import Diagnostics

/// `opkit list`: what configurations can name.
struct List: OpkitCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract:
      "Show the PDEs, models, losses, metrics, optimizers and schedules that a configuration can name.",
    discussion: """
      Examples:

        opkit list
        opkit list pdes
        opkit list models --json
      """)

  @Argument(help: "One topic; without it all of them.")
  var topic: Catalogue?

  @Flag(help: "Print JSON, with equations and citations.")
  var json = false

  @OptionGroup var shared: SharedOptions

  func execute(in invocation: Invocation) throws -> ExitStatus {
    shared.warnOfIdleFlags("list", invocation.console)
    let topics = topic.map { [$0] } ?? Catalogue.allCases
    if json {
      let members = topics.map { JSONValue.Member(key: $0.rawValue, value: $0.json) }
      try invocation.console.print((topic?.json ?? .object(members)).serialized(indent: 2))
    } else {
      try invocation.console.print(topics.map { "\($0.rawValue)\n\($0.table)" }.joined(separator: "\n\n"))
    }
    return .success
  }
}
