extension FieldPanels {
  static let truthColor = Color(0x59636E)
  static let predictionColor = Color(0xD55E00)
  static let inputColor = Color(0x0072B2)
  static let errorColor = Color(0xA3195B)

  /// Draws one panel of lines over the first axis.
  func drawLines(_ column: Column, of row: Row, in area: PixelRect, on canvas: inout Canvas) {
    let curves = self.curves(column, of: row)
    let isError = column == .error
    let frame = PlotFrame(
      area: area, x: .linear(axes[0].range, marks: 5),
      y: .linear(around: curves.flatMap(\.values), symmetric: isError, marks: 5),
      labels: TextStyle(color: .faintInk))
    frame.draw(on: &canvas)
    if isError {
      let zero = frame.point(axes[0].range.lowerBound, 0).y
      canvas.polyline(
        [PixelPoint(Double(area.x), zero), PixelPoint(Double(area.maxX), zero)], width: 1, color: .frameLine,
        clip: area)
    }
    for curve in curves {
      canvas.polyline(
        points(curve.values, frame), width: curve.width, color: curve.color, dash: curve.dash, clip: area)
    }
    canvas.frame(area, with: .frameLine)
    canvas.text(
      axes[0].name, x: area.x + area.width / 2, y: area.maxY + 30, style: TextStyle(), alignment: .center)
    drawHeading(column, curves, above: area, on: &canvas)
  }

  private struct Curve {
    var name: String
    var values: [Double]
    var color: Color
    var width: Double
    var dash: [Double] = []
  }

  private func curves(_ column: Column, of row: Row) -> [Curve] {
    switch column {
    case .input:
      return row.input.map { [Curve(name: "", values: $0.values, color: Self.inputColor, width: 2.5)] } ?? []
    case .error: return [Curve(name: "", values: error(of: row), color: Self.errorColor, width: 2)]
    case .outputs, .truth, .prediction:
      let truth = row.truth.map {
        Curve(name: "truth", values: $0.values, color: Self.truthColor, width: 5)
      }
      let prediction = row.prediction.map {
        Curve(
          name: "prediction", values: $0.values, color: Self.predictionColor, width: 2.5,
          dash: truth == nil ? [] : [11, 7])
      }
      return [truth, prediction].compactMap { $0 }
    }
  }

  /// Positions of the values: the first at the lower end of the axis, the last at its upper end.
  private func points(_ values: [Double], _ frame: PlotFrame) -> [PixelPoint] {
    let range = axes[0].range
    return values.enumerated().map { index, value in
      let fraction = values.count > 1 ? Double(index) / Double(values.count - 1) : 0.5
      let x = range.lowerBound * (1 - fraction) + range.upperBound * fraction
      return frame.point(x, value.isFinite ? value : .nan)
    }
  }

  /// The column's name at the left, the legend at the right.
  private func drawHeading(
    _ column: Column, _ curves: [Curve], above area: PixelRect, on canvas: inout Canvas
  ) {
    let style = TextStyle()
    let y = area.y - 26
    var right = area.maxX
    for curve in curves.reversed() where !curve.name.isEmpty {
      right -= style.width(of: curve.name)
      canvas.text(curve.name, x: right, y: y, style: style)
      right -= 52
      let middle = Double(y + 9)
      canvas.polyline(
        [PixelPoint(Double(right), middle), PixelPoint(Double(right + 43), middle)], width: curve.width,
        color: curve.color, dash: curve.dash)
      right -= 18
    }
    canvas.text(style.fitting(name(of: column), width: right - area.x), x: area.x, y: y, style: style)
  }
}
