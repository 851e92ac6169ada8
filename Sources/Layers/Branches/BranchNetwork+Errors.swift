extension ModelError {
  public static func kernelExceedsGrid(key: String, kernel: Int, points: Int, layer: Int) -> ModelError {
    ModelError(
      "\(key) = \(kernel) is more than the \(points) points that are left", key: key,
      why: "convolution \(layer) is not padded, and strides have thinned the grid before it",
      fix: "choose a smaller kernel, a smaller stride or fewer convolutions")
  }

  public static func tooManyConstantChannels(count: Int, channels: Int) -> ModelError {
    ModelError(
      "\(count) constant channels are more than there are", key: "branch.constantChannels",
      why: "the data has \(channels) input channels",
      fix: "set it to \(channels) or less")
  }

  /// The input must be given at the sensors that the model was built for.
  ///
  /// - Parameter remedy: what would read a function on any grid.
  public static func fixedGrid(
    key: String, trained: [Int], asked: [Int],
    remedy: String? = "a branch of type 'fourier', which reads a function on any grid"
  ) -> ModelError {
    ModelError(
      "the model reads functions on the grid \(trained), not on \(asked)", key: key,
      why: "it has weights for every point of its training grid",
      fix: "use data on that grid" + (remedy.map { ", or \($0)" } ?? ""))
  }
}
