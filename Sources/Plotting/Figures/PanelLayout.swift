/// Where the panels of a figure are.
struct PanelLayout {
  static let margin = 32
  /// Pixels above the first row.
  private static let head = 84
  /// Pixels of a row above and below the plot areas: title and headings, tick labels and axis name.
  private static let above = 66
  private static let below = 70

  let plotWidth: Int
  let plotHeight: Int
  private let columnWidth: Int
  private let left: Int
  private let rowCount: Int

  init(columns: [FieldPanels.Column], axes: [FieldPanels.Axis], rowCount: Int) {
    self.rowCount = rowCount
    let available = FieldPanels.width - 2 * Self.margin
    if axes.count == 1 {
      left = 76
      columnWidth = available / max(2, columns.count)
      plotWidth = columnWidth - left - 12
      plotHeight = 320
    } else {
      // The colour bar and its labels stand to the right of an image.
      left = 58
      columnWidth = (available - left) / max(3, columns.count)
      plotWidth = columnWidth - 112
      let extents = axes.map { $0.range.upperBound - $0.range.lowerBound }
      let aspect = extents[1] / extents[0]
      let bounded = aspect.isFinite ? min(2, max(0.3, aspect)) : 1
      plotHeight = Int(Double(plotWidth) * bounded)
    }
  }

  private var rowHeight: Int { Self.above + plotHeight + Self.below }

  /// Saturates for row counts that no canvas can hold.
  var height: Int {
    let (rows, overflow) = rowHeight.multipliedReportingOverflow(by: rowCount)
    return overflow ? Int.max : rows + Self.head + 4
  }

  func top(ofRow row: Int) -> Int { Self.head + row * rowHeight }

  func area(row: Int, place: Int) -> PixelRect {
    PixelRect(
      x: Self.margin + left + place * columnWidth, y: top(ofRow: row) + Self.above, width: plotWidth,
      height: plotHeight)
  }
}
