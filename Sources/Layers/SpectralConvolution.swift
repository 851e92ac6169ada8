import Autodiff
import Tensors

/// The Fourier part of a layer: a complex matrix for each kept mode.
///
/// Weights belong to frequencies, not to places in an array: on a grid that holds fewer modes than the weight, the
/// frequencies that exist are used, and the layer stays the same operator at every resolution.
public struct SpectralConvolution {
  /// How a mode count picks frequencies on the axes that carry both signs.
  public enum Selection: Sendable {
    /// m counts one side: 0 … m − 1 and −m … −1 (the original scripts; −m has no partner).
    case oneSided
    /// m counts both sides: −⌊m/2⌋ … m − ⌊m/2⌋ − 1, and ⌊m/2⌋ + 1 on the last axis (neuraloperator).
    case twoSided
  }

  public let weight: Parameter
  private let frequencies: [[Int]]
  private let forwardNormalized: Bool

  /// - Parameters:
  ///   - forwardNormalized: put 1/∏N on the forward transform (neuraloperator's `fft_norm="forward"`) instead of the
  ///     inverse one. The function is the same; weights trained under one keep their scale under it only.
  public init(
    _ name: String, inputs: Int, outputs: Int, modes: [Int], selection: Selection, initial: Parameter.Initial,
    forwardNormalized: Bool, in builder: ParameterBuilder
  ) {
    frequencies = SpectralConvolution.frequencies(modes: modes, selection: selection)
    self.forwardNormalized = forwardNormalized
    let count = frequencies.reduce(1) { $0 * $1.count }
    weight = builder.scope(name) {
      builder.parameter(
        "weight", shape: [count, 2, inputs, outputs], kind: .complexPairs(block: inputs * outputs),
        initial: initial)
    }
  }

  static func frequencies(modes: [Int], selection: Selection) -> [[Int]] {
    modes.enumerated().map { axis, m in
      let isLast = axis == modes.count - 1
      switch selection {
      case .oneSided: return isLast ? Array(0..<m) : Array(0..<m) + Array(-m..<0)
      case .twoSided: return isLast ? Array(0...(m / 2)) : Array(-(m / 2)..<(m - m / 2))
      }
    }
  }

  /// The transform and the weight's blocks for a grid: those frequencies of the weight that the grid represents.
  public func map(grid: [Int], precision: Precision) -> SpectralMap {
    let last = grid.count - 1
    let kept = grid.indices.map { axis -> [(index: Int, frequency: Int)] in
      frequencies[axis].enumerated().compactMap { index, f in
        // −N/2 and N/2 are one mode; the full axes keep it as −N/2, the halved one as N/2.
        let exists = axis == last ? 2 * f <= grid[axis] : (2 * f < grid[axis] && -2 * f <= grid[axis])
        return exists ? (index, f) : nil
      }
    }
    let points = Double(grid.reduce(1, *))
    let transform = TruncatedTransform(
      grid: grid, frequencies: kept.map { $0.map(\.frequency) },
      analysisScale: forwardNormalized ? 1 / points : 1, synthesisScale: forwardNormalized ? 1 : 1 / points,
      precision: precision)
    var blocks = [0]
    for axis in grid.indices {
      blocks = blocks.flatMap { block in kept[axis].map { block * frequencies[axis].count + $0.index } }
    }
    return SpectralMap(transform: transform, weightBlocks: blocks)
  }
}
