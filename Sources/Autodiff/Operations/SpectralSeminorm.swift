import Tensors

/// L = the Fourier transform with mode weights: ‖L x‖² = Σ_k w_k |x̂_k|² over all (both halves of the) modes kept.
///
/// With w_k = 1 + |2πk|² it is the H1 norm of the periodic interpolant, in the mean-square normalisation
/// x̂_k = (1/∏N) Σ x_n e^{−2πi k·n/N}.
public struct SpectralSeminorm: FieldOperator {
  private let transform: TruncatedTransform
  /// √(c_k·w_k) for each stored mode.
  private let factors: [Double]

  /// - Parameters:
  ///   - cut: keep |k_a| ≤ cut on every axis; nil keeps all that the grid has.
  ///   - weight: w as a function of the signed integer frequencies.
  public init(grid: [Int], cut: Int?, precision: Precision, weight: ([Int]) -> Double) {
    let last = grid.count - 1
    var frequencies: [[Int]] = []
    for (axis, n) in grid.enumerated() {
      let most = min(cut ?? n, n / 2)
      // On an even axis −N/2 and N/2 are one mode.
      frequencies.append(axis == last ? Array(0...most) : Array((2 * most == n ? -most + 1 : -most)...most))
    }
    let scale = 1 / Double(grid.reduce(1, *))
    transform = TruncatedTransform(
      grid: grid, frequencies: frequencies, analysisScale: scale, synthesisScale: 1, precision: precision)
    var factors: [Double] = []
    for index in 0..<transform.modeCount {
      var rest = index
      var k = [Int](repeating: 0, count: grid.count)
      for axis in (0...last).reversed() {
        k[axis] = frequencies[axis][rest % frequencies[axis].count]
        rest /= frequencies[axis].count
      }
      let copies = (k[last] == 0 || 2 * k[last] == grid[last]) ? 1.0 : 2.0
      factors.append((copies * weight(k)).squareRoot())
    }
    self.factors = factors
  }

  public func resultCount(channels: Int) -> Int { factors.count * 2 * channels }
  public func scratchCount(channels: Int) -> Int { 2 * transform.scratchCount(channels: channels) }

  public func apply(_ kernels: Kernels, _ x: Slice, channels: Int, scratch: Slice, into y: Slice) {
    let half = transform.scratchCount(channels: channels)
    transform.toModes(
      kernels, .analysis, x, channels: channels, scratch: (scratch, scratch.dropping(half)), into: y)
    weigh(kernels, y, channels: channels)
  }

  public func addTransposed(
    _ kernels: Kernels, _ alpha: Double, _ y: Slice, channels: Int, scratch: Slice, into x: Slice
  ) {
    weigh(kernels, y, channels: channels)
    kernels.scale(alpha, y, into: y)
    let half = transform.scratchCount(channels: channels)
    transform.fromModes(
      kernels, .analysisAdjoint, y, channels: channels, scratch: (scratch, scratch.dropping(half)), into: x,
      accumulate: true)
  }

  private func weigh(_ kernels: Kernels, _ y: Slice, channels: Int) {
    for (index, factor) in factors.enumerated() {
      let block = y.dropping(index * 2 * channels, length: 2 * channels)
      kernels.scale(factor, block, into: block)
    }
  }
}
