import Layers

extension ModelError {
  package static func channelsDiffer(key: String, input: Int, output: Int) -> ModelError {
    ModelError(
      "\(key) needs as many input as output channels", key: key,
      why: "the data has \(input) input and \(output) output channels", fix: "remove model.\(key)")
  }

  package static func levelCount(key: String, count: Int, levels: Int) -> ModelError {
    ModelError(
      "\(key) has \(count) entries for \(levels) levels", key: key,
      why: "it is about pairs of neighbouring levels",
      fix: "give one number for all, or \(levels - 1) numbers")
  }

  package static func kernelsMissGrid(key: String, kernels: [Int], grids: [[Int]], fitting: [Int]?)
    -> ModelError
  {
    ModelError(
      "kernels \(kernels) do not lead back to the grid \(grids[0])", key: key,
      why: "the levels have the grids \(grids), and each must be reached from the next",
      fix: fitting.map { "set model.\(key) to \($0)" }
        ?? "use fewer levels, or data whose points on all axes can be halved that often")
  }

  package static func normOfAnotherGrid(key: String, trained: [Int], asked: [Int]) -> ModelError {
    ModelError(
      "the model was built for the grid \(trained), not for \(asked)", key: key,
      why: "its norms have a scale and a shift for every grid point",
      fix: "use data on that grid, or a model without this norm")
  }
}
