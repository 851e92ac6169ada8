import Tensors

extension TruncatedTransform {
  /// A table of cosines and one of sines, a row a wave; what they act on are the parts of a folded line, or all of its points.
  struct Table {
    let cosine: HostBuffer
    let sine: HostBuffer

    /// Waves 0, 1, … of the last axis with their scales, and sines with the sign of a forward transform.
    ///
    /// - Parameters:
    ///   - rows: points that a wave is tabulated at, the first ones.
    ///   - withImages: whether a point stands for its mirror image too.
    init(
      line points: Int, rows: Int, modes: Int, _ continuation: Continuation, withImages: Bool,
      precision: Precision, scale: (Int) -> Double
    ) {
      cosine = HostBuffer(count: modes * rows, precision: precision)
      sine = HostBuffer(count: modes * rows, precision: precision)
      for k in 0..<modes {
        for n in 0..<rows {
          let wave = continuation.wave(k, at: n, points: points, withImages: withImages)
          cosine[k * rows + n] = scale(k) * wave.cosine
          sine[k * rows + n] = -scale(k) * wave.sine
        }
      }
    }

    /// Waves 0 … q of another axis, the sines from 1 on.
    init(
      axis points: Int, highest q: Int, _ continuation: Continuation, withImages: Bool, precision: Precision
    ) {
      let (front, rest) = ranges(points, continuation)
      cosine = HostBuffer(count: (q + 1) * front.count, precision: precision)
      sine = HostBuffer(count: q * rest.count, precision: precision)
      for k in 0...q {
        for i in front {
          cosine[k * front.count + i] =
            continuation.wave(k, at: i, points: points, withImages: withImages).cosine
        }
        for i in rest where k > 0 {
          // Where the axis is folded row i holds the difference of the points N − i and i.
          let point = continuation == .periodic ? points - i : i
          sine[(k - 1) * rest.count + i - rest.lowerBound] =
            continuation.wave(k, at: point, points: points, withImages: withImages).sine
        }
      }
    }
  }

  /// An axis' tables, of the analysis and of the synthesis; each serves its adjoint too.
  struct Tables {
    let analysis: Table
    let synthesis: Table

    subscript(map: Map) -> Table {
      switch map {
      case .analysis, .analysisAdjoint: analysis
      case .synthesis, .synthesisAdjoint: synthesis
      }
    }
  }

  /// The rows of an axis other than the last that its cosines and that its sines act on.
  static func ranges(_ points: Int, _ continuation: Continuation) -> (cosines: Range<Int>, sines: Range<Int>)
  {
    if continuation != .periodic { return (0..<points, 0..<points) }
    let half = points / 2 + 1
    return (0..<half, half..<max(points, half))
  }
}
