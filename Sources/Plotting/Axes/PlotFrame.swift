/// The area of a line plot: maps values to pixels and draws grid, outline and labels around it.
struct PlotFrame {
  var area: PixelRect
  var x: AxisScale
  var y: AxisScale
  /// Style of tick labels.
  var labels: TextStyle

  /// The pixel position of a pair of values; not finite if a scale has no place for it.
  func point(_ xValue: Double, _ yValue: Double) -> PixelPoint {
    PixelPoint(
      Double(area.x) + x.fraction(xValue) * Double(area.width),
      Double(area.maxY) - y.fraction(yValue) * Double(area.height))
  }

  /// Draws grid lines, tick labels and the outline; curves go on top.
  func draw(on canvas: inout Canvas, background: Color = .white) {
    canvas.fill(area, with: background)
    for isMinor in [true, false] {
      let color: Color = isMinor ? .minorGridLine : .gridLine
      for tick in x.ticks where (tick.label == nil) == isMinor {
        canvas.fill(PixelRect(x: column(tick), y: area.y, width: 1, height: area.height), with: color)
      }
      for tick in y.ticks where (tick.label == nil) == isMinor {
        canvas.fill(PixelRect(x: area.x, y: row(tick), width: area.width, height: 1), with: color)
      }
    }
    canvas.frame(area, with: .frameLine)
    drawLabels(on: &canvas)
  }

  /// Draws short marks and the numbers at them, left of and below the area.
  func drawLabels(on canvas: inout Canvas, showsY: Bool = true) {
    let mark = 5 * labels.scale
    var occupied = Int.min
    for tick in x.ticks {
      guard let label = tick.label else { continue }
      let center = column(tick)
      canvas.fill(PixelRect(x: center, y: area.maxY, width: 1, height: mark), with: .frameLine)
      guard center - labels.width(of: label) / 2 > occupied else { continue }
      canvas.text(label, x: center, y: area.maxY + mark + 1, style: labels, alignment: .center)
      occupied = center + labels.width(of: label) / 2 + labels.width(of: " ")
    }
    if let multiplier = x.multiplier {
      canvas.text(
        multiplier, x: area.maxX, y: area.maxY + mark + 1 + labels.lineHeight, style: labels,
        alignment: .trailing)
    }
    guard showsY else { return }
    for tick in y.ticks {
      guard let label = tick.label else { continue }
      canvas.fill(PixelRect(x: area.x - mark, y: row(tick), width: mark, height: 1), with: .frameLine)
      canvas.text(
        label, x: area.x - mark - 2 * labels.scale, y: row(tick) - 8 * labels.scale, style: labels,
        alignment: .trailing)
    }
    if let multiplier = y.multiplier {
      canvas.text(
        multiplier, x: area.x - mark, y: area.y - labels.lineHeight - 2, style: labels, alignment: .trailing)
    }
  }

  private func column(_ tick: Tick) -> Int { area.x + Self.offset(x.fraction(tick.value), area.width) }
  private func row(_ tick: Tick) -> Int { area.y + Self.offset(1 - y.fraction(tick.value), area.height) }

  private static func offset(_ fraction: Double, _ length: Int) -> Int {
    Int((min(1, max(0, fraction)) * Double(length - 1)).rounded())
  }
}
