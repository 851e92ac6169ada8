import Autodiff

/// A kernel's taps as samples of a function of position, carried over to a grid with another spacing.
///
/// On a grid s times as fine as the one that the taps belong to, the kernel is the piecewise linear function through them:
/// it has s(k − 1) + 1 taps, the first and the last of which stand where those of the given kernel stand. The taps are
/// weighted as a quadrature (trapezoidal rule), normalised for each of the k hat functions, so that
///
///     Σ of the new taps = Σ of the given taps
///
/// and a constant field has the same image on every grid. For a kernel of k taps at positions x_i, with hats φ_i and
/// q_j = 1/2 at the two ends and 1 between them,  w′_j = Σ_i w_i q_j φ_i(j/s) / Σ_j q_j φ_i(j/s).  On a coarser grid (s < 1)
/// each tap is shared between the two points around it, linearly. For s = 1 the taps are those given.
///
/// - References: NNs-to-NOs, arXiv:2506.10973, section on convolutions; the reference stretches by (s(k−1)+1)/k instead of s
///   and divides by a ratio of tap counts, which neither keeps positions nor the image of a constant.
public struct KernelScaling: Sendable, Equatable {
  /// Spacing that the taps belong to over the grid's, per axis.
  public let factors: [Double]

  public init(factors: [Double]) {
    precondition(factors.allSatisfy { $0 > 0 && $0.isFinite })
    self.factors = factors
  }

  /// Whether nothing changes.
  public var isIdentity: Bool { factors.allSatisfy { $0 == 1 } }

  /// The window of the carried-over kernel; it leads between the same grids.
  public func window(_ window: ConvolutionWindow) -> ConvolutionWindow {
    var scaled = window
    for axis in factors.indices {
      let rows = rows(axis, window)
      let excess = window.before[axis] + window.after[axis] - window.kernel[axis]
      scaled.kernel[axis] = rows.taps.count
      scaled.before[axis] = rows.before
      scaled.after[axis] = rows.taps.count - rows.before + excess
    }
    return scaled
  }

  /// The new taps from those given.
  public func taps(_ window: ConvolutionWindow) -> KernelTaps {
    var all: [[(column: Int, weight: Double)]] = [[(0, 1)]]
    for axis in factors.indices {
      let rows = rows(axis, window).taps
      let extent = window.kernel[axis]
      var products: [[(column: Int, weight: Double)]] = []
      for outer in all {
        for row in rows {
          products.append(
            outer.flatMap { o in
              row.map { (column: o.column * extent + $0.column, weight: o.weight * $0.weight) }
            })
        }
      }
      all = products
    }
    return KernelTaps(stored: window.kernel.reduce(1, *), rows: all)
  }

  /// The new taps of one axis in terms of those given, and how many stand before the centre.
  private func rows(_ axis: Int, _ window: ConvolutionWindow) -> (
    taps: [[(column: Int, weight: Double)]], before: Int
  ) {
    let (s, last, centre) = (factors[axis], window.kernel[axis] - 1, window.before[axis])
    return s >= 1 ? refined(s, last, centre) : coarsened(s, last, centre)
  }

  private func refined(_ s: Double, _ last: Int, _ centre: Int) -> (
    taps: [[(column: Int, weight: Double)]], before: Int
  ) {
    // Ends that fall on a point but for rounding belong to the kernel.
    let before = Int((Double(centre) * s + 1e-9).rounded(.down))
    let behind = Int((Double(last - centre) * s + 1e-9).rounded(.down))
    var sums = [Double](repeating: 0, count: last + 1)
    let raw = (-before...behind).map { j -> [(column: Int, weight: Double)] in
      let x = min(max(Double(j) / s + Double(centre), 0), Double(last))
      let isEnd = last > 0 && (x < 1e-9 || Double(last) - x < 1e-9)
      let left = min(Int(x), max(0, last - 1))
      let t = x - Double(left)
      let row = [(left, 1 - t), (left + 1, t)].filter { $0.1 > 1e-9 }
        .map { (column: $0.0, weight: (isEnd ? 0.5 : 1) * $0.1) }
      for entry in row { sums[entry.column] += entry.weight }
      return row
    }
    return (
      raw.map { row in row.map { (column: $0.column, weight: $0.weight / sums[$0.column]) } }, before
    )
  }

  private func coarsened(_ s: Double, _ last: Int, _ centre: Int) -> (
    taps: [[(column: Int, weight: Double)]], before: Int
  ) {
    let before = Int((Double(centre) * s - 1e-9).rounded(.up))
    let behind = Int((Double(last - centre) * s - 1e-9).rounded(.up))
    var taps = [[(column: Int, weight: Double)]](repeating: [], count: before + behind + 1)
    for tap in 0...last {
      let x = Double(tap - centre) * s + Double(before)
      let left = min(max(Int(x.rounded(.down)), 0), before + behind)
      let t = min(max(x - Double(left), 0), 1)
      if t < 1 { taps[left].append((tap, 1 - t)) }
      if t > 0 { taps[min(left + 1, before + behind)].append((tap, t)) }
    }
    return (taps, before)
  }
}

extension ConvolutionWindow {
  /// This window continued behind the field so far that it leads from `fine` to `coarse`, as the adjoint needs.
  func reaching(from fine: [Int], to coarse: [Int]) -> ConvolutionWindow {
    var window = self
    for axis in fine.indices {
      window.after[axis] = max(
        0, (coarse[axis] - 1) * stride[axis] + kernel[axis] - before[axis] - fine[axis])
    }
    return window
  }
}
