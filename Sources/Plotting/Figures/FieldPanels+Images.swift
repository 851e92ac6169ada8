extension FieldPanels {
  /// Draws one image with its colour bar; only the first column has numbers on the vertical axis.
  func drawImage(_ column: Column, of row: Row, in area: PixelRect, isFirst: Bool, on canvas: inout Canvas) {
    let values: [Double]
    let shape: [Int]?
    switch column {
    case .input: (values, shape) = (row.input?.values ?? [], row.input?.shape)
    case .truth: (values, shape) = (row.truth?.values ?? [], row.truth?.shape)
    case .prediction: (values, shape) = (row.prediction?.values ?? [], row.prediction?.shape)
    case .error, .outputs: (values, shape) = (error(of: row), row.truth?.shape)
    }
    guard let shape else { return }
    let colors: ColorMap = column == .error ? .diverging : .sequential
    let range = self.range(column, values, of: row)
    canvas.image(
      values, shape: (shape[0], shape[1]), in: area, colors: colors, range: range,
      scaling: Self.isPiecewiseConstant(values) ? .nearest : .bilinear)
    canvas.frame(area, with: .frameLine)

    let frame = PlotFrame(
      area: area, x: .linear(axes[0].range, marks: 4), y: .linear(axes[1].range, marks: 4),
      labels: TextStyle(color: .faintInk))
    frame.drawLabels(on: &canvas, showsY: isFirst)
    canvas.text(
      axes[0].name, x: area.x + area.width / 2, y: area.maxY + 28, style: TextStyle(), alignment: .center)
    if isFirst {
      canvas.textUpwards(
        axes[1].name, x: PanelLayout.margin - 14, y: area.y + area.height / 2, style: TextStyle())
    }
    let style = TextStyle()
    canvas.text(
      style.fitting(name(of: column), width: area.width + 30), x: area.x, y: area.y - 26, style: style)
    drawColorBar(colors, range, rightOf: area, on: &canvas)
  }

  /// The values that get the ends of the colour map.
  private func range(_ column: Column, _ values: [Double], of row: Row) -> ClosedRange<Double> {
    switch column {
    case .error:
      let largest = Self.extent(values).map { max(abs($0.lowerBound), abs($0.upperBound)) } ?? 0
      return -largest...largest
    case .truth, .prediction:
      return Self.extent((row.truth?.values ?? []) + (row.prediction?.values ?? [])) ?? 0...0
    case .input, .outputs:
      return Self.extent(values) ?? 0...0
    }
  }

  private static func extent(_ values: [Double]) -> ClosedRange<Double>? {
    let finite = values.filter(\.isFinite)
    guard let lower = finite.min(), let upper = finite.max() else { return nil }
    return lower...upper
  }

  /// Whether a field takes so few values that colours between them would mislead.
  private static func isPiecewiseConstant(_ values: [Double]) -> Bool {
    var seen: Set<Double> = []
    for value in values where value.isFinite {
      seen.insert(value)
      if seen.count > 8 { return false }
    }
    return true
  }

  /// A bar of the map's colours with the numbers at its ends and in its middle.
  private func drawColorBar(
    _ colors: ColorMap, _ range: ClosedRange<Double>, rightOf area: PixelRect, on canvas: inout Canvas
  ) {
    let bar = PixelRect(x: area.maxX + 12, y: area.y, width: 16, height: area.height)
    let isConstant = range.lowerBound == range.upperBound
    for y in bar.rows {
      let position = Double(bar.maxY - 1 - y) / Double(max(1, bar.height - 1))
      canvas.fill(
        PixelRect(x: bar.x, y: y, width: bar.width, height: 1), with: colors[isConstant ? 0.5 : position])
    }
    canvas.frame(bar, with: .frameLine)

    let middle = range.lowerBound / 2 + range.upperBound / 2
    let marks: [(value: Double, position: Double)] =
      isConstant ? [(middle, 0.5)] : [(range.lowerBound, 0), (middle, 0.5), (range.upperBound, 1)]
    let largest = max(abs(range.lowerBound), abs(range.upperBound))
    let (texts, multiplier) = NumberText.common(marks.map(\.value), plain: -1...3) { exponent in
      // Three significant digits of the largest number.
      2 + exponent - NumberText.exponent(largest)
    }
    let style = TextStyle(color: .faintInk)
    for (mark, text) in zip(marks, texts) {
      let center = bar.maxY - 1 - Int(mark.position * Double(bar.height - 1))
      canvas.fill(PixelRect(x: bar.maxX, y: center, width: 4, height: 1), with: .frameLine)
      let top = min(bar.maxY - 14, max(bar.y - 4, center - 9))
      canvas.text(text, x: bar.maxX + 8, y: top, style: style)
    }
    if let multiplier {
      canvas.text(multiplier, x: bar.maxX + 8, y: area.y - 26, style: style)
    }
  }
}
