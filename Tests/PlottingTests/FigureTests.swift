import Diagnostics
import Plotting
import Testing

@Suite("Figures")
struct FigureTests {
  @Test("A falling loss is drawn from the upper left to the lower right in its series' colour")
  func lossCurve() throws {
    let canvas = try LossCurve(
      title: "t", series: [.init(name: "train", values: (0..<100).map { power(10, -Double($0) / 25) })]
    ).draw()
    #expect(canvas.width == LossCurve.width && canvas.height == LossCurve.height)
    let places = positions(of: Color.series[0], in: canvas)
    // The legend's stroke is in the upper right corner: look at the first and last hundred columns of the
    // curve.
    let left = places.filter { $0.x < 400 }
    let right = places.filter { $0.x > 1300 && $0.y > 500 }
    #expect(!left.isEmpty && !right.isEmpty)
    #expect(left.allSatisfy { $0.y < 400 } && right.allSatisfy { $0.y > 600 })
    // An exponential decay is a straight line on a logarithmic axis.
    let band = places.filter { $0.x > 400 && $0.x < 1100 && $0.y > 200 }
    let (slope, intercept) = line(through: band)
    let worst = band.map { abs(Double($0.y) - intercept - slope * Double($0.x)) }.max() ?? .infinity
    #expect(worst < 4, "curve leaves its chord by \(worst) pixels")
  }

  @Test("Any numbers give a figure: one point, constants, gaps, nothing positive, extremes")
  func lossCurveEdges() throws {
    let cases: [[Double]] = [
      [0.1], [1, 1, 1], [.nan, 1, .nan, 2, .infinity, -1, 0], [.nan], [0, -1], [],
      [.leastNonzeroMagnitude, 1.7e308], [1e-300, 1e-300],
      [0.3, 0.3000001], [1.7e308],
    ]
    for values in cases {
      let canvas = try LossCurve(title: "t", series: [.init(name: "s", values: values)]).draw()
      let hasValue = values.contains { $0.isFinite && $0 > 0 }
      let curve = positions(of: Color.series[0], in: canvas).filter { !($0.x > 1200 && $0.y < 200) }
      #expect(curve.isEmpty == !hasValue, "values \(values)")
    }
    #expect(throws: PlottingError.empty(figure: "loss curve")) {
      try LossCurve(title: "t", series: []).draw()
    }
    _ = try LossCurve(title: "t", series: [.init(name: "s", epochs: [.nan, 1e300], values: [1, 2])]).draw()
  }

  @Test("Truth and prediction share one scale, the error's scale is symmetric")
  func images() throws {
    let truth = FieldPanels.Field(values: [0, 0, 1, 1], shape: [2, 2])
    let prediction = FieldPanels.Field(values: [0, 0, 0.5, 2], shape: [2, 2])
    let figure = FieldPanels(
      title: "t", axes: axes2, rows: [.init(title: "s", input: nil, truth: truth, prediction: prediction)])
    let canvas = try figure.draw()
    // Of each field value: which colour its panel must show somewhere, and in which third of the figure.
    func has(_ color: Color, third: Int) -> Bool {
      positions(of: color, in: canvas).filter { $0.x * 3 / canvas.width == third }.count > 2000
    }
    #expect(has(ColorMap.sequential[0], third: 0) && has(ColorMap.sequential[0.5], third: 0))
    #expect(has(ColorMap.sequential[0.25], third: 1) && has(ColorMap.sequential[1], third: 1))
    #expect(has(ColorMap.diverging[0.25], third: 2) && has(ColorMap.diverging[1], third: 2))
    #expect(has(ColorMap.diverging[0.5], third: 2))
    #expect(!has(ColorMap.sequential[1], third: 0), "truth alone would reach the map's end")
  }

  @Test("Functions of one variable: a linear input is a straight line across its panel")
  func lines() throws {
    let ramp = FieldPanels.Field(values: (0..<64).map { Double($0) }, shape: [64])
    let bent = FieldPanels.Field(values: (0..<64).map { $0 == 32 ? .nan : Double($0) }, shape: [64])
    let canvas = try FieldPanels(
      title: "t", axes: [.init(name: "x", range: 0...1)],
      rows: [.init(title: "s", input: ramp, truth: bent, prediction: ramp)]
    ).draw()
    let places = positions(of: Color(0x0072B2), in: canvas)
    #expect(places.count > 400)
    let (slope, intercept) = line(through: places)
    #expect(slope < 0, "values rise upwards")
    let worst = places.map { abs(Double($0.y) - intercept - slope * Double($0.x)) }.max() ?? .infinity
    #expect(worst < 3, "line leaves its chord by \(worst) pixels")
    #expect(positions(of: Color(0xA3195B), in: canvas).count > 200, "the error has its panel")
  }

  @Test("Any finite or non-finite numbers and any extents give a figure")
  func fieldEdges() throws {
    let values: [[Double]] = [
      [.nan, .nan, .nan, .nan], [2, 2, 2, 2], [-1.7e308, 1.7e308, .infinity, 0],
      [0, .leastNonzeroMagnitude, 0, 0],
    ]
    let ranges: [ClosedRange<Double>] = [0...1, 3...3, -1e308...1e308, 0...Double.infinity]
    for numbers in values {
      for range in ranges {
        let field = FieldPanels.Field(values: numbers, shape: [2, 2])
        let plane = [FieldPanels.Axis(name: "x", range: range), FieldPanels.Axis(name: "y", range: 0...1)]
        _ = try FieldPanels(
          title: "", axes: plane, rows: [.init(title: "", input: field, truth: field, prediction: field)]
        ).draw()
        let flat = FieldPanels.Field(values: numbers, shape: [4])
        _ = try FieldPanels(
          title: "", axes: [plane[0]], rows: [.init(title: "", input: flat, truth: flat, prediction: flat)]
        ).draw()
      }
    }
    let point = FieldPanels.Field(values: [1], shape: [1])
    _ = try FieldPanels(
      title: "", axes: [.init(name: "x", range: 0...1)],
      rows: [.init(title: "", input: point, truth: nil, prediction: nil)]
    ).draw()
  }

  @Test("Fields that do not fit together are refused with their facts")
  func refusals() {
    let good = FieldPanels.Field(values: [0, 0, 1, 1], shape: [2, 2])
    let other = FieldPanels.Field(values: [0, 0, 1, 1], shape: [4, 1])
    let short = FieldPanels.Field(values: [0, 0, 1], shape: [2, 2])
    let huge = FieldPanels.Field(values: [0], shape: [Int.max, 4])
    let cube = FieldPanels.Field(values: [0], shape: [1, 1, 1])
    func row(_ input: FieldPanels.Field?, _ truth: FieldPanels.Field?, _ prediction: FieldPanels.Field?)
      -> FieldPanels.Row
    {
      .init(title: "s", input: input, truth: truth, prediction: prediction)
    }
    let cases: [(rows: [FieldPanels.Row], error: PlottingError)] = [
      ([], .empty(figure: "field figure")),
      ([row(nil, nil, nil)], .empty(figure: "field figure")),
      ([row(short, nil, nil)], .valuesDoNotFillShape(field: "input", values: 3, shape: [2, 2])),
      ([row(huge, nil, nil)], .valuesDoNotFillShape(field: "input", values: 1, shape: [Int.max, 4])),
      ([row(nil, cube, nil)], .unsupportedDimensions(field: "truth", shape: [1, 1, 1], axes: 2)),
      ([row(nil, good, other)], .gridsDiffer(truth: [2, 2], prediction: [4, 1], row: 0)),
      ([row(good, good, good), row(nil, good, good)], .columnsDiffer(row: 1)),
    ]
    for (rows, error) in cases {
      #expect(throws: error) { try FieldPanels(title: "t", axes: axes2, rows: rows).draw() }
      #expect(error.diagnostic.exitCode == .badInput)
    }
    let many = [FieldPanels.Row](repeating: row(good, good, good), count: 1000)
    #expect(throws: PlottingError.self) { try FieldPanels(title: "t", axes: axes2, rows: many).draw() }
  }

  private var axes2: [FieldPanels.Axis] { [.init(name: "x", range: 0...1), .init(name: "y", range: 0...1)] }

  private func positions(of color: Color, in canvas: Canvas) -> [(x: Int, y: Int)] {
    var found: [(x: Int, y: Int)] = []
    for y in 0..<canvas.height {
      for x in 0..<canvas.width where canvas[x, y] == color { found.append((x, y)) }
    }
    return found
  }

  /// Slope and intercept of the least-squares line through pixels.
  private func line(through places: [(x: Int, y: Int)]) -> (slope: Double, intercept: Double) {
    let n = Double(max(1, places.count))
    let mx = places.reduce(0.0) { $0 + Double($1.x) } / n
    let my = places.reduce(0.0) { $0 + Double($1.y) } / n
    let above = places.reduce(0.0) { $0 + (Double($1.x) - mx) * (Double($1.y) - my) }
    let below = places.reduce(0.0) { $0 + (Double($1.x) - mx) * (Double($1.x) - mx) }
    let slope = above / max(below, 1e-9)
    return (slope, my - slope * mx)
  }
}
