import Layers

extension ModelError {
  /// A part of a kernel of fixed physical size holds no point.
  package static func kernelUnresolved(key: String, radius: Double, spacing: Double) -> ModelError {
    ModelError(
      "\(key) = \(radius) is too small for the grid", key: key,
      why:
        "points are \(spacing) apart, and a part of the kernel holds none of them (fractions of the domain)",
      fix: "set model.\(key) to \(2 * spacing) or more, or use data on a finer grid")
  }

  /// A grid is finer than the training grid by other factors along other axes.
  package static func unevenRefinement(key: String, trained: [Int], asked: [Int]) -> ModelError {
    ModelError(
      "the grid \(asked) refines \(trained) unevenly", key: key,
      why: "a difference kernel mixes the axes, so that their spacings may only change together",
      fix: "use data refined by the same factor along all axes, or set model.\(key) to \"none\"")
  }
}
