import Configuration
import Evaluation

/// How a resolution study is printed: a table and two sentences for people, JSON for scripts.
struct ResolutionReport {
  private let study: ResolutionStudy
  private let trainingGrid: [Int]

  init(_ study: ResolutionStudy, trainingGrid: [Int]) {
    self.study = study
    self.trainingGrid = trainingGrid
  }

  var table: String {
    let names = study.rows.first?.metrics.map(\.metric.identifier) ?? []
    let head = ["grid"] + names + ["commutator", "distance", ""]
    let rows = study.rows.map { row in
      [gridText(row.grid)]
        + row.metrics.map { numberText($0.summary.mean) }
        + [row.commutator, row.distance].map { $0.map { numberText($0) } ?? "" }
        + [row.grid == trainingGrid ? "training grid" : ""]
    }
    return tableText([head] + rows)
  }

  var rows: JSONValue {
    .array(
      study.rows.map { row in
        .object(
          [.init(key: "grid", value: .array(row.grid.map { .integer($0) }))]
            + row.metrics.map { .init(key: $0.metric.identifier, value: .number($0.summary.mean)) }
            + [("commutator", row.commutator), ("distance", row.distance)].map { name, value in
              .init(key: name, value: value.map { .number($0) } ?? .null)
            } + [.init(key: "isTrainingGrid", value: .bool(row.grid == trainingGrid))])
      })
  }

  var verdictJSON: JSONValue {
    [
      "flat": .bool(study.isFlat), "errorRatio": .number(study.errorRatio),
      "convergent": study.hasConvergenceVerdict ? .bool(study.isConvergent) : .null,
      "order": study.order.map { .number($0) } ?? .null,
    ]
  }

  var verdict: String {
    let percent = numberText(100 * (study.errorRatio - 1), digits: 2)
    let flat =
      study.isFlat
      ? "Flat: the error changes by \(percent) % over these grids."
      : "Not flat: the largest error is \(numberText(study.errorRatio)) times the smallest one."
    let convergent: String
    if study.isResolutionIndependent {
      convergent = "Resolution independent: predictions on all grids agree to rounding at common points."
    } else if !study.hasConvergenceVerdict {
      convergent = "Give three resolutions or more to see whether predictions converge."
    } else if study.isConvergent {
      let order = study.order.map { numberText($0, digits: 2) } ?? "?"
      convergent = "Discretisation-convergent here: the commutator falls with order \(order)."
    } else {
      convergent = "Not discretisation-convergent here: the commutator does not vanish as grids become finer."
    }
    return flat + "\n" + convergent
  }
}
