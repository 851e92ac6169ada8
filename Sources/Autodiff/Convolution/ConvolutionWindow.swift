/// How a convolution's kernel moves over the grid: extents per axis.
///
/// Point o of the output sees points o·stride − before + k, 0 ≤ k < kernel, of the input, which is continued by
/// `boundary`; there are ⌊(N + before + after − kernel)/stride⌋ + 1 of them on an axis of N points.
public struct ConvolutionWindow: Sendable, Equatable {
  public var kernel: [Int]
  public var stride: [Int]
  public var before: [Int]
  public var after: [Int]
  public var boundary: [Boundary]

  public init(kernel: [Int], stride: [Int], before: [Int], after: [Int], boundary: [Boundary]) {
    let d = kernel.count
    precondition(
      (1...3).contains(d) && [stride.count, before.count, after.count, boundary.count].allSatisfy { $0 == d })
    precondition((kernel + stride).allSatisfy { $0 >= 1 } && (before + after).allSatisfy { $0 >= 0 })
    self.kernel = kernel
    self.stride = stride
    self.before = before
    self.after = after
    self.boundary = boundary
  }

  /// The same kernel on `dimensions` axes, padded by ⌊(kernel − 1)/2⌋ in front and ⌊kernel/2⌋ behind, so that stride 1
  /// keeps the grid.
  public static func centred(
    kernel: Int, stride: Int = 1, dimensions: Int, boundary: Boundary = .zero
  ) -> ConvolutionWindow {
    func all<T>(_ value: T) -> [T] { Array(repeating: value, count: dimensions) }
    return ConvolutionWindow(
      kernel: all(kernel), stride: all(stride), before: all((kernel - 1) / 2), after: all(kernel / 2),
      boundary: all(boundary))
  }

  /// Patches side by side: kernel and stride agree, nothing is padded.
  public static func patches(_ size: [Int]) -> ConvolutionWindow {
    ConvolutionWindow(
      kernel: size, stride: size, before: size.map { _ in 0 }, after: size.map { _ in 0 },
      boundary: size.map { _ in .zero })
  }

  /// The grid of the output for an input on `grid`.
  public func outputGrid(of grid: [Int]) -> [Int] {
    precondition(grid.count == kernel.count, "the window has other axes than the grid")
    return grid.indices.map { a in
      let room = grid[a] + before[a] + after[a] - kernel[a]
      precondition(room >= 0, "the kernel is larger than axis \(a)")
      return room / stride[a] + 1
    }
  }
}
