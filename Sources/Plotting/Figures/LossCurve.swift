/// Losses over epochs on a logarithmic axis, with a legend.
///
/// Values that are not finite or not positive leave a gap; a value between two gaps is drawn as a dot.
public struct LossCurve: Sendable {
  /// One curve.
  public struct Series: Sendable {
    public var name: String
    /// Horizontal positions, as many as `values`.
    public var epochs: [Double]
    public var values: [Double]

    /// A curve over consecutive epochs, the first of them `firstEpoch`.
    public init(name: String, values: [Double], firstEpoch: Int = 1) {
      self.init(name: name, epochs: values.indices.map { Double(firstEpoch + $0) }, values: values)
    }

    /// A curve over given epochs, for what is not measured at each.
    public init(name: String, epochs: [Double], values: [Double]) {
      precondition(epochs.count == values.count, "a curve needs one epoch for each value")
      self.name = name
      self.epochs = epochs
      self.values = values
    }
  }

  public var title: String
  public var series: [Series]
  public var xLabel: String
  public var yLabel: String

  /// Pixels of the figure.
  public static let width = 1600
  public static let height = 1000

  public init(title: String, series: [Series], xLabel: String = "epoch", yLabel: String = "loss") {
    self.title = title
    self.series = series
    self.xLabel = xLabel
    self.yLabel = yLabel
  }

  /// Draws the figure and writes it as a PNG file.
  public func write(to path: String) throws {
    try draw().write(to: path)
  }

  /// - Throws: `PlottingError.empty` without a series; series without a usable value give empty axes.
  public func draw() throws -> Canvas {
    guard !series.isEmpty else { throw PlottingError.empty(figure: "loss curve") }
    var canvas = try Canvas(width: Self.width, height: Self.height)
    let labels = TextStyle(.regular, scale: 2, color: .faintInk)
    let frame = frame(labels)
    frame.draw(on: &canvas)

    let heading = TextStyle(.bold, scale: 2)
    canvas.text(heading.fitting(title, width: frame.area.width), x: frame.area.x, y: 32, style: heading)
    canvas.text(
      xLabel, x: frame.area.x + frame.area.width / 2, y: frame.area.maxY + 58, style: TextStyle(scale: 2),
      alignment: .center)
    canvas.textUpwards(yLabel, x: 24, y: frame.area.y + frame.area.height / 2, style: TextStyle(scale: 2))

    for (index, curve) in series.enumerated() {
      let points = zip(curve.epochs, curve.values).map { frame.point($0, $1.isFinite ? $1 : .nan) }
      let color = Color.series[index % Color.series.count]
      canvas.polyline(points, width: 3.5, color: color, clip: frame.area)
      for at in points.indices where isAlone(at, in: points) {
        canvas.dot(points[at], diameter: 12, color: color)
      }
    }
    drawLegend(on: &canvas, frame)
    return canvas
  }

  private func frame(_ labels: TextStyle) -> PlotFrame {
    let y = AxisScale.logarithmic(around: series.flatMap(\.values), marks: 8)
    let epochs = series.flatMap(\.epochs).filter(\.isFinite)
    var first = epochs.min() ?? 0
    var last = epochs.max() ?? 1
    if first == last {
      first -= 1
      last += 1
    }
    let margin = (last - first) * 0.015
    let widest = y.ticks.compactMap(\.label).map(labels.width(of:)).max() ?? 0
    let left = 24 + 36 + 24 + widest + 14
    return PlotFrame(
      area: PixelRect(x: left, y: 96, width: Self.width - left - 48, height: Self.height - 96 - 112),
      x: .linear(first - margin...last + margin, marks: 8, wholeSteps: true), y: y, labels: labels)
  }

  private func isAlone(_ index: Int, in points: [PixelPoint]) -> Bool {
    points[index].isFinite && !(index > 0 && points[index - 1].isFinite)
      && !(index + 1 < points.count && points[index + 1].isFinite)
  }

  /// Names and strokes in the upper right corner, where falling losses leave room.
  private func drawLegend(on canvas: inout Canvas, _ frame: PlotFrame) {
    let style = TextStyle(.regular, scale: 2)
    let names = series.map { style.fitting($0.name, width: frame.area.width / 2) }
    let width = 24 + 60 + 18 + (names.map(style.width(of:)).max() ?? 0) + 24
    let rowHeight = 42
    let box = PixelRect(
      x: frame.area.maxX - width - 20, y: frame.area.y + 20, width: width,
      height: rowHeight * names.count + 24)
    canvas.fill(box, with: .white)
    canvas.frame(box, with: .gridLine)
    for (index, name) in names.enumerated() {
      let top = box.y + 12 + index * rowHeight
      let middle = Double(top) + Double(rowHeight) / 2
      canvas.polyline(
        [PixelPoint(Double(box.x + 24), middle), PixelPoint(Double(box.x + 84), middle)], width: 5,
        color: Color.series[index % Color.series.count])
      canvas.text(name, x: box.x + 102, y: top + 3, style: style)
    }
  }
}
