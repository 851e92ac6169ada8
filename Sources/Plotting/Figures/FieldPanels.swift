/// Samples of an operator as rows of panels: input, truth, prediction and their difference.
///
/// Functions of one variable are drawn as lines, truth and prediction in one panel; functions of two
/// variables as images with colour bars, truth and prediction on one scale, the error on a scale
/// symmetric about zero. A column is left out where its field is nil: without a truth there is no error.
public struct FieldPanels: Sendable {
  /// A variable that the functions depend on.
  public struct Axis: Sendable, Equatable {
    public var name: String
    /// Where the domain begins and ends.
    public var range: ClosedRange<Double>

    public init(name: String, range: ClosedRange<Double>) {
      self.name = name
      self.range = range
    }
  }

  /// Values of one function on an equispaced grid, the last index fastest; `shape` is `[N_x]` or `[N_x,
  /// N_y]`.
  public struct Field: Sendable, Equatable {
    public var values: [Double]
    public var shape: [Int]

    public init(values: [Double], shape: [Int]) {
      self.values = values
      self.shape = shape
    }
  }

  /// One sample.
  public struct Row: Sendable, Equatable {
    /// Such as `sample 17: relative L2 1.2 %`.
    public var title: String
    public var input: Field?
    public var truth: Field?
    public var prediction: Field?

    public init(title: String, input: Field?, truth: Field?, prediction: Field?) {
      self.title = title
      self.input = input
      self.truth = truth
      self.prediction = prediction
    }
  }

  public var title: String
  public var axes: [Axis]
  public var rows: [Row]
  /// Heading of the input's column, such as `input: initial velocity`.
  public var inputName: String
  /// Name of the output quantity, such as `u(x, 1)`; headings of truth and prediction mention it.
  public var outputName: String

  /// Pixels across the figure; its height follows from the rows.
  public static let width = 1600

  public init(
    title: String, axes: [Axis], rows: [Row], inputName: String = "input", outputName: String = ""
  ) {
    self.title = title
    self.axes = axes
    self.rows = rows
    self.inputName = inputName
    self.outputName = outputName
  }

  /// Draws the figure and writes it as a PNG file.
  public func write(to path: String) throws {
    try draw().write(to: path)
  }

  /// - Throws: `PlottingError` if there is no row or no field, if a field's shape does not fit its
  ///   values or the axes, if truth and prediction differ in shape, or if the rows do not have the same
  ///   columns.
  public func draw() throws -> Canvas {
    let columns = try validatedColumns()
    let layout = PanelLayout(columns: columns, axes: axes, rowCount: rows.count)
    var canvas = try Canvas(width: Self.width, height: layout.height)
    let heading = TextStyle(.bold, scale: 2)
    canvas.text(
      heading.fitting(title, width: Self.width - 2 * PanelLayout.margin), x: PanelLayout.margin, y: 24,
      style: heading)
    for (index, row) in rows.enumerated() {
      let top = layout.top(ofRow: index)
      let style = TextStyle(.bold)
      canvas.text(
        style.fitting(row.title, width: Self.width - 2 * PanelLayout.margin), x: PanelLayout.margin, y: top,
        style: style)
      canvas.fill(
        PixelRect(x: PanelLayout.margin, y: top + 23, width: Self.width - 2 * PanelLayout.margin, height: 1),
        with: .gridLine)
      for (place, column) in columns.enumerated() {
        let area = layout.area(row: index, place: place)
        if axes.count == 1 {
          drawLines(column, of: row, in: area, on: &canvas)
        } else {
          drawImage(column, of: row, in: area, isFirst: place == 0, on: &canvas)
        }
      }
    }
    return canvas
  }

  /// What a column of panels shows.
  enum Column: Equatable {
    case input, truth, prediction, error
    /// Truth and prediction, as far as present, in one panel of lines.
    case outputs
  }

  private func validatedColumns() throws -> [Column] {
    guard let first = rows.first else { throw PlottingError.empty(figure: "field figure") }
    for (index, row) in rows.enumerated() {
      for (name, field) in [("input", row.input), ("truth", row.truth), ("prediction", row.prediction)] {
        if let field { try validate(field, name) }
      }
      if let truth = row.truth, let prediction = row.prediction, truth.shape != prediction.shape {
        throw PlottingError.gridsDiffer(truth: truth.shape, prediction: prediction.shape, row: index)
      }
      guard columns(of: row) == columns(of: first) else { throw PlottingError.columnsDiffer(row: index) }
    }
    let columns = columns(of: first)
    guard !columns.isEmpty else { throw PlottingError.empty(figure: "field figure") }
    return columns
  }

  private func columns(of row: Row) -> [Column] {
    let isLines = axes.count == 1
    let hasOutput = row.truth != nil || row.prediction != nil
    return (row.input == nil ? [] : [.input])
      + (isLines
        ? (hasOutput ? [.outputs] : [])
        : (row.truth == nil ? [] : [.truth]) + (row.prediction == nil ? [] : [.prediction]))
      + (row.truth == nil || row.prediction == nil ? [] : [.error])
  }

  private func validate(_ field: Field, _ name: String) throws {
    guard field.shape.count == axes.count, (1...2).contains(axes.count) else {
      throw PlottingError.unsupportedDimensions(field: name, shape: field.shape, axes: axes.count)
    }
    var count = 1
    for extent in field.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow else {
        throw PlottingError.valuesDoNotFillShape(field: name, values: field.values.count, shape: field.shape)
      }
      count = product
    }
    guard count == field.values.count else {
      throw PlottingError.valuesDoNotFillShape(field: name, values: field.values.count, shape: field.shape)
    }
  }

  /// Heading of a column.
  func name(of column: Column) -> String {
    let quantity = outputName.isEmpty ? "" : ": " + outputName
    switch column {
    case .input: return inputName
    case .truth: return "truth" + quantity
    case .prediction: return "prediction" + quantity
    case .outputs: return outputName
    case .error: return "prediction − truth"
    }
  }

  /// Prediction minus truth; empty unless both are there.
  func error(of row: Row) -> [Double] {
    guard let truth = row.truth, let prediction = row.prediction else { return [] }
    return zip(prediction.values, truth.values).map { $0 - $1 }
  }
}
