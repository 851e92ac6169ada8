import Diagnostics

/// What can go wrong when a figure is made; the sentences stand in ``diagnostic``.
public enum PlottingError: Error, Sendable, Equatable {
  /// A figure would have more pixels than ``Canvas/maximumPixels``.
  case canvasTooLarge(width: Int, height: Int)
  /// A field's number of values is not the product of its extents, or an extent is not positive.
  case valuesDoNotFillShape(field: String, values: Int, shape: [Int])
  /// Only fields over one or two axes can be drawn.
  case unsupportedDimensions(field: String, shape: [Int], axes: Int)
  /// Truth and prediction of one sample lie on different grids.
  case gridsDiffer(truth: [Int], prediction: [Int], row: Int)
  /// A row lacks a field that the first row has, or has one more.
  case columnsDiffer(row: Int)
  /// There is nothing to draw.
  case empty(figure: String)
  /// libpng refused to encode the picture.
  case encodingFailed(message: String)
  /// The file system refused a picture; `operation` is what was tried.
  case cannotWrite(path: String, operation: String, message: String)
}

extension PlottingError: Diagnosable {
  public var diagnostic: Diagnostic {
    switch self {
    case .canvasTooLarge(let width, let height):
      Diagnostic(
        "plot.size", exit: .usage, "a figure of \(width) × \(height) pixels is too large to draw",
        why: "figures are limited to \(Canvas.maximumPixels) pixels", fix: "draw fewer samples in one figure")
    case .valuesDoNotFillShape(let field, let values, let shape):
      Diagnostic(
        "plot.shape", exit: .badInput, "field '\(field)' has \(values) values for the shape \(shape)",
        why: "a field to draw holds one value for each grid point")
    case .unsupportedDimensions(let field, let shape, let axes):
      Diagnostic(
        "plot.dimensions", exit: .badInput,
        "field '\(field)' of shape \(shape) over \(axes) named axes cannot be drawn",
        why: "figures show functions of one or two variables",
        fix: "choose one time, channel or plane of the field")
    case .gridsDiffer(let truth, let prediction, let row):
      Diagnostic(
        "plot.grids", exit: .badInput,
        "the prediction of row \(row) has shape \(prediction), its truth \(truth)",
        why: "their difference is drawn point by point")
    case .columnsDiffer(let row):
      Diagnostic(
        "plot.columns", exit: .badInput, "row \(row) does not have the same fields as row 0",
        why: "all rows of a figure share their columns")
    case .empty(let figure):
      Diagnostic("plot.empty", exit: .badInput, "the \(figure) has nothing to draw")
    case .encodingFailed(let message):
      Diagnostic(
        "plot.encoding", exit: .internalError, "a picture could not be encoded as PNG",
        why: "libpng: \(message)")
    case .cannotWrite(let path, let operation, let message):
      Diagnostic(
        "plot.write", exit: .cannotWrite, "cannot write the picture '\(path)'", at: path,
        why: "\(operation): \(message)", fix: "choose a directory that exists, is writable and has free space"
      )
    }
  }
}
