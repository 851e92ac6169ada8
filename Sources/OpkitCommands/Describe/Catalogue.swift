import ArgumentParser
import Configuration
import Evaluation
import Operators
import Solvers
import Training

/// What `opkit list` can list; each topic is driven by a registry of the module that owns the things.
enum Catalogue: String, CaseIterable, ExpressibleByArgument {
  case models, pdes, losses, metrics, optimizers, schedules

  /// One thing that a configuration can name.
  struct Entry {
    var name: String
    var title: String
    /// Further facts by key, such as the equation; shown by `--json` and below the title.
    var facts: [(key: String, value: JSONValue)] = []
  }

  var entries: [Entry] {
    switch self {
    case .pdes:
      ProblemRegistry.entries.map { entry in
        Entry(
          name: entry.card.identifier, title: entry.card.title,
          facts: [
            ("equation", .string(entry.card.equation)),
            ("spatialDimensions", .integer(entry.card.spatialDimensions)),
            ("citation", .string(entry.card.citation)),
          ])
      }
    case .models:
      ModelRegistry.entries.map { entry in
        Entry(
          name: entry.card.identifier, title: entry.card.title,
          facts: [
            ("spatialDimensions", .array(entry.card.dimensions.map { .integer($0) })),
            ("citation", .string(entry.card.citation)),
          ])
      }
    case .losses: LossRegistry.entries.map { Entry(name: $0.identifier, title: $0.definition) }
    case .metrics: MetricRegistry.entries.map { Entry(name: $0.identifier, title: $0.definition) }
    case .optimizers: OptimizerRegistry.entries.map { Entry(name: $0.identifier, title: $0.definition) }
    case .schedules: ScheduleRegistry.entries.map { Entry(name: $0.name, title: $0.summary) }
    }
  }

  /// Name and title in columns.
  var table: String { tableText(entries.map { [$0.name, $0.title] }, indent: 2) }

  var json: JSONValue {
    .array(
      entries.map { entry in
        let facts = entry.facts.map { JSONValue.Member(key: $0.key, value: $0.value) }
        return .object(
          [.init(key: "name", value: .string(entry.name)), .init(key: "title", value: .string(entry.title))]
            + facts)
      })
  }
}
