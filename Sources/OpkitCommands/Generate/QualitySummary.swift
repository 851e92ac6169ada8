import Fields
import Solvers

/// The worst of each error measure over all samples, so that a user sees at once how good a dataset is.
struct QualitySummary {
  private let measures: [QualityMeasure]
  private var worst: [(value: Double, index: Int)]
  private var sums: [Double]
  private var count = 0

  init(_ measures: [QualityMeasure]) {
    self.measures = measures
    worst = Array(repeating: (-.infinity, 0), count: measures.count)
    sums = Array(repeating: 0, count: measures.count)
  }

  mutating func add(_ sample: SolvedSample, index: Int) {
    count += 1
    for (position, measure) in measures.enumerated() {
      let value = sample.quality[measure.name] ?? .nan
      sums[position] += value
      if !(value <= worst[position].value) { worst[position] = (value, index) }
    }
  }

  /// The table that ends `opkit generate`.
  func text(path: String, seconds: Double) -> String {
    var rows = [["wrote", path], ["samples", "\(count)"], ["seconds", numberText(seconds)]]
    for (position, measure) in measures.enumerated() {
      let (value, index) = worst[position]
      let mean = numberText(sums[position] / Double(count))
      rows.append([
        measure.name, "worst \(numberText(value)) (sample \(index)), mean \(mean): \(measure.longName)",
      ])
    }
    return tableText(rows)
  }
}
