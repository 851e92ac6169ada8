import Diagnostics
import Evaluation
import Fields
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Sums of a few hundred terms in another order than the reference's.
private let roundOff = 1e-12

@Suite("Metrics")
struct MetricTests {
  @Test("Every metric has NumPy's value on a field given by a formula", arguments: MetricReference.all)
  func references(reference: MetricReference) {
    let grid = MetricGrid(
      points: reference.points, channels: reference.channels, isPeriodic: reference.isPeriodic)
    var target: [Double] = []
    var prediction: [Double] = []
    for i in 0..<grid.pointCount {
      for c in 0..<grid.channels {
        let y = sin(0.7 * Double(i) + 0.3 * Double(c)) + Double(c)
        target.append(y)
        prediction.append(y + 0.1 * cos(1.3 * Double(i) + Double(c)))
      }
    }
    let metrics = MetricRegistry.entries.filter { $0.applies(to: grid) }
    #expect(Set(reference.values.keys) == Set(metrics.map(\.identifier)))
    for metric in metrics {
      let value = metric.perSample(prediction: prediction, target: target, grid: grid)
      expectClose(
        [value], [reference.values[metric.identifier] ?? .nan], tolerance: roundOff, metric.identifier)
    }
  }

  @Test("Zeros outside of a domain that covers part of the grid count nowhere")
  func domains() {
    let inside = (0..<12).map { 2 + sin(Double($0)) }
    let predicted = inside.enumerated().map { $1 + 0.1 * cos(Double(3 * $0)) }
    let zeros = [Double](repeating: 0, count: 18)
    let (part, whole) = (
      MetricGrid(points: [6], channels: 2, isPeriodic: [false]),
      MetricGrid(points: [15], channels: 2, isPeriodic: [false]).covered(6.0 / 15)
    )
    for name in ["mse", "rmse", "nrmse", "vrmse", "relativeL1", "relativeL2", "maxError"] {
      guard let metric = MetricRegistry.entries.first(where: { $0.identifier == name }) else {
        Issue.record("no metric \(name)")
        continue
      }
      expectClose(
        [metric.perSample(prediction: predicted + zeros, target: inside + zeros, grid: whole)],
        [metric.perSample(prediction: predicted, target: inside, grid: part)], tolerance: roundOff, name)
    }
  }

  @Test("Relative measures of c·u against u are |c − 1|, and no error is zero error")
  func scaling() {
    let grid = MetricGrid(points: [9, 8], channels: 2, isPeriodic: [true, false])
    let field = (0..<grid.valueCount).map { 1 + sin(Double($0)) }
    for metric in MetricRegistry.entries where metric.applies(to: grid) {
      #expect(metric.perSample(prediction: field, target: field, grid: grid) == 0)
      guard metric.identifier.hasPrefix("relative") || metric.identifier == "nrmse" else { continue }
      for c in [0.75, -1, 3] {
        let value = metric.perSample(prediction: field.map { c * $0 }, target: field, grid: grid)
        expectClose([value], [abs(c - 1)], tolerance: roundOff, metric.identifier)
      }
    }
  }

  // For u = sin 2πkx on N periodic points, D u = (sin(2πkh)/h) cos 2πkx, and Σ sin² = Σ cos² = N/2; so
  // against the target 1, whose derivative vanishes, the measure of 1 + ε·u is ε·√(½ (1 +
  // (sin(2πkh)/h)²)).
  @Test("The finite-difference H1 norm of a sine is known in closed form", arguments: [1, 3, 7])
  func sineH1(k: Int) {
    let n = 32
    let grid = MetricGrid(points: [n], isPeriodic: [true])
    let epsilon = 0.01
    let slope = sin(2 * .pi * Double(k) / Double(n)) * Double(n)
    let target = [Double](repeating: 1, count: n)
    let wave = (0..<n).map { epsilon * sin(2 * .pi * Double(k * $0) / Double(n)) }
    let value = RelativeH1().perSample(prediction: zip(target, wave).map(+), target: target, grid: grid)
    expectClose([value], [epsilon * ((1 + slope * slope) / 2).squareRoot()], tolerance: roundOff)
    // With integer wavenumbers and exact derivatives: ε·√(½ (1 + k²)).
    let spectral = RelativeSpectralH1().perSample(
      prediction: zip(target, wave).map(+), target: target, grid: grid)
    expectClose([spectral], [epsilon * ((1 + Double(k * k)) / 2).squareRoot()], tolerance: roundOff)
  }

  // The largest wavenumber of an even grid has one image, not two: √(1 + (N/2)²) for (−1)^i against 1.
  @Test("The spectral H1 norm counts the highest wavenumber once")
  func nyquist() {
    let grid = MetricGrid(points: [4, 8], isPeriodic: [true, true])
    let target = [Double](repeating: 1, count: 32)
    let wave = (0..<32).map { $0.isMultiple(of: 2) ? 2.0 : 0.0 }
    let value = RelativeSpectralH1().perSample(prediction: wave, target: target, grid: grid)
    expectClose([value], [Double(17).squareRoot()], tolerance: roundOff)
  }

  @Test("Differences at walls are exact for cubics, those inside for parabolas")
  func walls() {
    // D of x³ inside is 3x² + h², at the walls 3x²; against the target 1 with x = i·h.
    let n = 16
    let h = 1 / Double(n)
    let grid = MetricGrid(points: [n], isPeriodic: [false])
    let cubic = (0..<n).map { i in (Double(i) * h) * (Double(i) * h) * (Double(i) * h) }
    let expected = (0..<n).reduce(0.0) { sum, i in
      let x = Double(i) * h
      let slope = 3 * x * x + (i == 0 || i == n - 1 ? 0 : h * h)
      return sum + cubic[i] * cubic[i] + slope * slope
    }
    let value = RelativeH1().perSample(
      prediction: cubic.map { 1 + $0 }, target: [Double](repeating: 1, count: n), grid: grid)
    expectClose([value], [(expected / Double(n)).squareRoot()], tolerance: roundOff)
  }

  @Test("A given spacing replaces the unit cube's, and few points have differences of lower order")
  func spacing() {
    func measure(_ values: [Double], _ grid: MetricGrid) -> Double {
      RelativeH1().perSample(prediction: values.map { 1 + $0 }, target: values.map { _ in 1 }, grid: grid)
    }
    // Slope 3 at each of N points: √(mean u² + 9).
    for n in 2...6 {
      let ramp = (0..<n).map { 3 * 0.5 * Double($0) }
      let meanSquare = ramp.reduce(0) { $0 + $1 * $1 } / Double(n)
      let grid = MetricGrid(points: [n], isPeriodic: [false], spacing: [0.5])
      expectClose([measure(ramp, grid)], [(meanSquare + 9).squareRoot()], tolerance: roundOff, "\(n) points")
    }
    for isPeriodic in [false, true] {
      #expect(measure([2], MetricGrid(points: [1], isPeriodic: [isPeriodic])) == 2)
    }
  }

  @Test("Predicting the mean has VRMSE √((N − 1)/N), in any unit")
  func varianceScaled() {
    let values = (0..<50).map { sin(Double($0)) }
    let mean = values.reduce(0, +) / 50
    for unit in [1e-9, 1, 1e9] {
      let value = VarianceScaledRMSE().perSample(
        prediction: values.map { _ in unit * mean }, target: values.map { unit * $0 },
        grid: MetricGrid(points: [50], isPeriodic: [false]))
      expectClose([value], [(49.0 / 50).squareRoot()], tolerance: roundOff)
    }
  }

  @Test("Zero targets and values that are no numbers are told apart from good results")
  func degenerate() {
    let grid = MetricGrid(points: [4], isPeriodic: [true])
    let zero = [0.0, 0, 0, 0]
    for metric in MetricRegistry.entries where metric.applies(to: grid) {
      let fromNothing = metric.perSample(prediction: [1, 0, 0, 0], target: zero, grid: grid)
      #expect(fromNothing > 0, "\(metric.identifier) of an error on a zero target is \(fromNothing)")
      #expect(metric.perSample(prediction: zero, target: zero, grid: grid) == 0)
      #expect(metric.perSample(prediction: [.nan, 0, 0, 0], target: [1, 2, 3, 4], grid: grid).isNaN)
    }
    #expect(RelativeL2().perSample(prediction: [1, 0, 0, 0], target: zero, grid: grid) == .infinity)
  }

  @Test("A grid takes periodicity from the axes of a dataset and the unit cube as its domain")
  func gridOfAxes() {
    let axes = [
      GridAxis(name: "x", coordinates: [0, 1, 2, 3], boundary: .periodic),
      GridAxis(name: "y", coordinates: [0, 5], boundary: .closed),
    ]
    let grid = MetricGrid(axes: axes, channels: 3)
    #expect(
      grid == MetricGrid(points: [4, 2], channels: 3, isPeriodic: [true, false], spacing: [0.25, 0.5]))
    #expect(grid.valueCount == 24)
  }

  @Test("The registry is alphabetical, and a misspelt name gets a suggestion")
  func registry() throws {
    let names = MetricRegistry.entries.map(\.identifier)
    #expect(names == names.sorted() && Set(names).count == names.count)
    #expect(MetricRegistry.entries.allSatisfy { !$0.definition.isEmpty })
    #expect(try MetricRegistry.metric(named: "relativeH1") is RelativeH1)
    let error = #expect(throws: MetricError.self) { try MetricRegistry.metric(named: "relativL2") }
    #expect(error?.diagnostic.exitCode == .usage)
    #expect(error?.diagnostic.fix == "write 'relativeL2'")
  }
}

@Suite("Summary of a metric over samples")
struct MetricSummaryTests {
  // numpy.mean, median, percentile(…, 95) of the same list.
  @Test("Mean, median, 95th percentile and the worst sample")
  func statistics() throws {
    let summary = try #require(MetricSummary(perSample: [0.3, 0.1, 0.9, 0.2, 0.9, 0.4]))
    #expect(summary.count == 6)
    expectClose(
      [summary.mean, summary.median, summary.percentile95, summary.worst],
      [0.4666666666666666, 0.35, 0.9, 0.9],
      tolerance: roundOff)
    #expect(summary.worstIndex == 2)
    let hundred = try #require(MetricSummary(perSample: (1...100).map { Double($0) }.reversed()))
    expectClose([hundred.median, hundred.percentile95], [50.5, 95.05], tolerance: roundOff)
    #expect(hundred.worst == 100 && hundred.worstIndex == 0)
    #expect(MetricSummary(perSample: [0.7])?.percentile95 == 0.7)
    #expect(MetricSummary(perSample: []) == nil)
  }

  @Test("Infinite errors make quantiles infinite, not undefined")
  func infinite() throws {
    let summary = try #require(MetricSummary(perSample: [1, .infinity, .infinity, .infinity]))
    #expect(summary.median == .infinity && summary.percentile95 == .infinity && summary.mean == .infinity)
    let half = try #require(MetricSummary(perSample: [1, 2, .infinity, .infinity]))
    #expect(half.median == .infinity)
  }

  @Test("A sample without a number is the worst one")
  func notANumber() throws {
    let summary = try #require(MetricSummary(perSample: [0.1, .nan, 0.3, 0.2, 0.2, 0.2]))
    #expect(summary.mean.isNaN && summary.worst.isNaN && summary.worstIndex == 1)
    expectClose([summary.median], [0.2], tolerance: roundOff)
  }
}
