import Autodiff
import Fields
import Layers

extension FNO.Configuration {
  /// How convolutions continue the field on each axis: mirrored about the end points where the grid includes them, half a
  /// step beyond them otherwise.
  ///
  /// - Throws: ``ModelError`` where nothing would be mirrored, where layers change the grid, or with a mistake of
  ///   periodic layers.
  func continuations(of axes: [GridAxis], scaling: [Double]) throws -> [Continuation] {
    guard continuation == .mirrored else { return axes.map { _ in .periodic } }
    if scaling.contains(where: { $0 != 1 }) { throw ModelError.mirroredScaling() }
    if shiftsOddAxes { throw ModelError.mirroredShift() }
    if axes.allSatisfy({ $0.boundary == .periodic }) { throw ModelError.nothingToMirror() }
    return axes.map { axis in
      switch axis.boundary {
      case .periodic: .periodic
      case .closed: .mirroredAboutEnds
      case .cellCentred: .mirrored
      }
    }
  }
}

extension ModelError {
  fileprivate static func mirroredScaling() -> ModelError {
    ModelError(
      "mirrored fields cannot be scaled", key: "continuation",
      why: "layers that change the grid resample what they compute as a periodic field",
      fix: "leave out model.scaling, or set model.continuation to periodic")
  }

  fileprivate static func mirroredShift() -> ModelError {
    ModelError(
      "shiftsOddAxes has no meaning for mirrored fields", key: "shiftsOddAxes",
      why: "it repeats a mistake of periodic layers on odd grids, and a mirrored field's period is even",
      fix: "remove model.shiftsOddAxes")
  }

  fileprivate static func nothingToMirror() -> ModelError {
    ModelError(
      "continuation is mirrored and every axis of the data is periodic", key: "continuation",
      why: "periodic axes are continued by themselves, so that the setting has no effect",
      fix: "remove model.continuation")
  }
}
