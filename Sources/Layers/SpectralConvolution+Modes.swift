import Autodiff
import Tensors

extension SpectralConvolution {
  /// The layer with these modes in use, counted as its own are; the weights of the others are neither read nor given a
  /// gradient.
  ///
  /// - Precondition: the layer has a dense weight, and no more modes are asked for than it has.
  func restricted(to modes: [Int]) -> SpectralConvolution {
    guard let selection else { preconditionFailure("a factorised weight is used as a whole") }
    precondition(
      zip(modes, self.modes).allSatisfy { (1...$1).contains($0) }, "\(modes) of \(self.modes) modes")
    var narrower = self
    narrower.used = SpectralConvolution.frequencies(modes: modes, selection: selection).map {
      ($0.min() ?? 0)...($0.max() ?? 0)
    }
    return narrower
  }

  /// Blocks of the weight whose frequencies are in use, with these frequencies.
  private var usedBlocks: [(block: Int, frequencies: [Int])] {
    var blocks: [(index: [Int], frequencies: [Int])] = [([], [])]
    for axis in frequencies.indices {
      blocks = blocks.flatMap { block in
        frequencies[axis].enumerated().compactMap { index, f in
          isUsed(f, axis: axis) ? (block.index + [index], block.frequencies + [f]) : nil
        }
      }
    }
    return blocks.map { (places.block($0.index), $0.frequencies) }.sorted { $0.0 < $1.0 }
  }

  /// Elements of one block of the weight.
  private var blockCount: Int { weight.core.count / weight.core.shape[0] }

  /// The weight's parts in use as ranges of the flat parameter memory, in order and as long as they can be.
  public var usedRanges: [Range<Int>] {
    usedBlocks.reduce(into: []) { ranges, used in
      let start = weight.core.offset + used.block * blockCount
      if let last = ranges.indices.last, ranges[last].upperBound == start {
        ranges[last] = ranges[last].lowerBound..<(start + blockCount)
      } else {
        ranges.append(start..<(start + blockCount))
      }
    }
  }

  /// Per axis and |frequency| 0, 1, … in use: Σ |g|² over the elements of the weight that belong to it.
  ///
  /// - Parameter values: laid out as the parameters are.
  public func squares(of values: HostBuffer) -> [[Double]] {
    let kernels = Kernels(values.precision)
    var squares = frequencies.indices.map { axis in
      [Double](repeating: 0, count: 1 + (usedFrequencies(axis).map(abs).max() ?? 0))
    }
    for used in usedBlocks {
      let slice = values.slice(from: weight.core.offset + used.block * blockCount, length: blockCount)
      let square = kernels.dot(slice, slice)
      for (axis, frequency) in used.frequencies.enumerated() { squares[axis][abs(frequency)] += square }
    }
    return squares
  }

  private func usedFrequencies(_ axis: Int) -> [Int] { frequencies[axis].filter { isUsed($0, axis: axis) } }
}
