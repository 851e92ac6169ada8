import Layers

extension ModelError {
  /// No modes on one axis, and some on others.
  package static func modesOnSomeAxes(axis: Int) -> ModelError {
    ModelError(
      "axis \(axis) has no modes, and other axes have", kind: .conflict, key: "modes[\(axis)]",
      why: "0 stands for layers without spectral convolutions, which have modes on every axis",
      fix: "set model.modes to 0, or give axis \(axis) a mode")
  }
}
