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

  let frequencies: [[Int]]
  private let forwardNormalized: Bool
  let places: BlockPlaces
  /// Kept modes per axis, as they were asked for; empty for a factorised weight.
  private(set) public var modes: [Int] = []
  /// How these picked the frequencies; nil for a factorised weight.
  private(set) var selection: Selection?
  /// Frequencies in use along each axis where they are not all; see ``restricted(to:)``.
  var used: [ClosedRange<Int>]?
  private let made: SpectralWeight

  /// The weight, for operations that apply it.
  public var weight: SpectralWeight { made }

  /// Where a mode's block lies in the weight.
  struct BlockPlaces {
    /// Blocks from the weight's start to the layer's first, and to the neighbour along each axis.
    var offset = 0
    var strides: [Int]
    /// For weights kept as slabs of one corner of the spectrum each: half the modes of each axis but the last, and the
    /// blocks from slab to slab.
    var corners: (half: [Int], stride: Int)?

    func block(_ index: [Int]) -> Int {
      guard let corners else { return zip(index, strides).reduce(offset) { $0 + $1.0 * $1.1 } }
      var (block, corner) = (offset, 0)
      for axis in index.indices {
        if axis < corners.half.count {
          corner = 2 * corner + index[axis] / corners.half[axis]
          block += strides[axis] * (index[axis] % corners.half[axis])
        } else {
          block += strides[axis] * index[axis]
        }
      }
      return block + corner * corners.stride
    }
  }

  /// A dense weight.
  ///
  /// - Parameters:
  ///   - forwardNormalized: put 1/∏N on the forward transform (neuraloperator's `fft_norm="forward"`) instead of the
  ///     inverse one. The function is the same; weights trained under one keep their scale under it only.
  ///   - isSeparable: one complex number per mode and channel instead of a matrix per mode; `inputs == outputs`.
  public init(
    _ name: String, inputs: Int, outputs: Int, modes: [Int], selection: Selection, initial: Parameter.Initial,
    forwardNormalized: Bool, isSeparable: Bool = false, in builder: ParameterBuilder
  ) {
    let frequencies = SpectralConvolution.frequencies(modes: modes, selection: selection)
    precondition(!isSeparable || inputs == outputs, "a separable weight keeps the number of channels")
    let channels = isSeparable ? [inputs] : [inputs, outputs]
    let weight = builder.scope(name) {
      builder.parameter(
        "weight", shape: [frequencies.reduce(1) { $0 * $1.count }, 2] + channels,
        kind: .complexPairs(block: channels.reduce(1, *)), initial: initial)
    }
    self.init(
      frequencies: frequencies, forwardNormalized: forwardNormalized,
      places: BlockPlaces(strides: SpectralConvolution.strides(frequencies.map(\.count))),
      weight: SpectralWeight(core: weight))
    self.modes = modes
    self.selection = selection
  }

  init(frequencies: [[Int]], forwardNormalized: Bool, places: BlockPlaces, weight: SpectralWeight) {
    self.frequencies = frequencies
    self.forwardNormalized = forwardNormalized
    self.places = places
    made = weight
  }

  func isUsed(_ frequency: Int, axis: Int) -> Bool { used?[axis].contains(frequency) ?? true }

  /// Strides of a row-major array.
  private static func strides(_ extents: [Int]) -> [Int] {
    extents.indices.map { extents[($0 + 1)...].reduce(1, *) }
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
  ///
  /// - Parameters:
  ///   - other: another layer's map for the same grid and frequencies, whose transforms are shared.
  ///   - continuations: how fields go on beyond the ends of each axis; frequencies then count waves of a period, which is
  ///     twice the domain where they are mirrored.
  ///   - shiftsOddAxes: on leading axes with an odd number of points, write the product for frequency k to k − 1, as
  ///     releases of neuraloperator up to 2.0.0 do.
  public func map(
    grid: [Int], precision: Precision, continuations: [Continuation]? = nil,
    sharing other: SpectralMap? = nil,
    shiftsOddAxes: Bool = false
  ) -> SpectralMap {
    let last = grid.count - 1
    let continuations = continuations ?? grid.map { _ in .periodic }
    let period = zip(continuations, grid).map { $0.period(points: $1) }
    let kept = grid.indices.map { axis -> [(index: Int, frequency: Int)] in
      frequencies[axis].enumerated().compactMap { index, f in
        // −N/2 and N/2 are one mode; the full axes keep it as −N/2, the halved one as N/2.
        let exists = axis == last ? 2 * f <= period[axis] : (2 * f < period[axis] && -2 * f <= period[axis])
        return exists && isUsed(f, axis: axis) ? (index, f) : nil
      }
    }
    var indices: [[Int]] = [[]]
    for axis in grid.indices { indices = indices.flatMap { index in kept[axis].map { index + [$0.index] } } }
    let blocks = indices.map(places.block)
    let wanted = kept.map { $0.map(\.frequency) }
    if let other, other.transform.grid == grid, other.transform.continuations == continuations,
      other.transform.frequencies == wanted
    {
      return SpectralMap(transform: other.transform, synthesis: other.synthesis, weightBlocks: blocks)
    }
    let points = Double(period.reduce(1, *))
    func transform(_ frequencies: [[Int]]) -> TruncatedTransform {
      TruncatedTransform(
        grid: grid, frequencies: frequencies, analysisScale: forwardNormalized ? 1 / points : 1,
        synthesisScale: forwardNormalized ? 1 : 1 / points, precision: precision, continuations: continuations
      )
    }
    let shifted = wanted.enumerated().map { axis, frequencies in
      guard shiftsOddAxes, axis < last, grid[axis] % 2 == 1 else { return frequencies }
      return frequencies.map { 2 * ($0 - 1) < -grid[axis] ? $0 - 1 + grid[axis] : $0 - 1 }
    }
    return SpectralMap(
      transform: transform(wanted), synthesis: shifted == wanted ? nil : transform(shifted),
      weightBlocks: blocks)
  }
}
