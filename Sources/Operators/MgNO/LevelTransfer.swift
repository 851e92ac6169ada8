import Autodiff
import Layers

/// How the grids of a V-cycle follow one another, and the windows of its convolutions.
///
/// Level l + 1 has ⌊(N + 2p − 3)/2⌋ + 1 points where level l has N, p = 1 with padding and 0 without. From N points
/// a transposed convolution with kernel k leads back to 2(N − 1) + k − 2p, or to 2N if it is periodic.
struct LevelTransfer {
  let dimensions: Int
  let boundary: Boundary
  /// p
  let pad: Int
  /// Kernels of the transposed convolutions, finest first; one fewer than levels.
  let kernels: [Int]
  /// Whether transposed convolutions are periodic.
  let wraps: Bool

  init(_ configuration: MgNO.Configuration, dimensions: Int) throws {
    self.dimensions = dimensions
    boundary = configuration.padding
    pad = configuration.transferPadding ? 1 : 0
    kernels = try perTransfer(configuration.upKernels, key: "upKernels", levels: configuration.levels)
    wraps =
      configuration.padding == .periodic && configuration.upPadding == .exact && configuration.transferPadding
  }

  private func all<T>(_ value: T) -> [T] { Array(repeating: value, count: dimensions) }

  /// Of S and A.
  var smoothing: ConvolutionWindow { .centred(kernel: 3, dimensions: dimensions, boundary: boundary) }

  /// Of Π and R.
  var down: ConvolutionWindow {
    ConvolutionWindow(
      kernel: all(3), stride: all(2), before: all(pad), after: all(pad),
      boundary: all(pad == 0 ? .zero : boundary))
  }

  /// Of the transposed convolution from level l + 1 to level l.
  func up(_ level: Int) -> ConvolutionWindow {
    let kernel = kernels[level]
    return ConvolutionWindow(
      kernel: all(kernel), stride: all(2), before: all(wraps ? 1 : pad), after: all(wraps ? kernel - 3 : pad),
      boundary: all(wraps ? .periodic : .zero))
  }

  /// The grids of all levels, finest first.
  ///
  /// - Throws: ``ModelError`` where a level is too small, or a transposed convolution does not lead back to its grid.
  func grids(from grid: [Int]) throws -> [[Int]] {
    var grids = [grid]
    for _ in kernels {
      let fine = grids[grids.count - 1]
      guard fine.allSatisfy({ $0 >= 2 && $0 + 2 * pad >= 3 }) else {
        throw ModelError.tooManyLevels(key: "iterations", levels: kernels.count + 1, grids: grids)
      }
      grids.append(fine.map { ($0 + 2 * pad - 3) / 2 + 1 })
    }
    let fits = kernels.indices.allSatisfy { level in
      zip(grids[level], grids[level + 1]).allSatisfy { fine, coarse in
        fine == (wraps ? 2 * coarse : 2 * (coarse - 1) + kernels[level] - 2 * pad)
      }
    }
    guard fits else {
      throw ModelError.kernelsMissGrid(
        key: "upKernels", kernels: kernels, grids: grids, fitting: fitting(grids))
    }
    return grids
  }

  /// The kernels that lead back through these grids; nil where no kernel does so on all axes.
  private func fitting(_ grids: [[Int]]) -> [Int]? {
    if wraps { return nil }
    var result: [Int] = []
    for (fine, coarse) in zip(grids, grids.dropFirst()) {
      let needed = Set(zip(fine, coarse).map { $0 - 2 * ($1 - 1) + 2 * pad })
      guard needed.count == 1, let kernel = needed.first else { return nil }
      result.append(kernel)
    }
    return result
  }
}

/// A setting given once for all pairs of neighbouring levels, or once for each pair.
func perTransfer(_ values: [Int], key: String, levels: Int) throws -> [Int] {
  if values.count == levels - 1 { return values }
  if values.count == 1 { return Array(repeating: values[0], count: levels - 1) }
  throw ModelError.levelCount(key: key, count: values.count, levels: levels)
}
