import Autodiff

/// What a kernel of convolution is on grids other than the one that its taps belong to.
public enum KernelInterpolation: String, Sendable, CaseIterable {
  /// The same taps at neighbouring points of every grid.
  case unchanged = "none"
  /// The piecewise linear function through the taps.
  case linear
  /// Point evaluations at the taps' places: a dilated convolution on finer grids.
  case dilated
}

/// A kernel's taps carried over to a grid with another spacing.
///
/// On a grid s > 1 times as fine as the one that k taps w_i belong to, with places j/s in units of the taps' distance:
/// - `linear`: the kernel is Σ_i w_i φ_i of hat functions φ_i(x) = max(0, 1 − |x − i|). It has s(k + 1) − 1 taps for whole s,
///   w′_j = Σ_i w_i φ_i(j/s) / Σ_l φ_i(l/s): a quadrature, normalised for each hat.
/// - `dilated`: the kernel is Σ_i w_i δ_i of point evaluations: tap i stands where it stood, shared linearly between the two
///   points around it where s is not whole.
///
/// On a coarser grid (s < 1) both share each tap linearly between the two points around it. For every s the sum of the taps and,
/// for whole s and 1/s, their first moment are kept, so that constant fields have the same image on every grid, and affine ones;
/// s = 1 gives the taps themselves. A wave e^{ikx} meets the response of the training grid, Σ_i w_i e^{ik i h₀}, times
/// sinc²(k h₀/2) in the limit of `linear`, and times 1 with `dilated`: what was trained is kept up to the training grid's
/// Nyquist frequency, beyond which it repeats.
///
/// - References: NNs-to-NOs, arXiv:2506.10973, section on convolutions (linear, hats at the ends cut in half; the reference
///   stretches by (s(k−1)+1)/k instead of s and divides by a ratio of tap counts, which neither keeps positions nor the image of
///   a constant).
public struct KernelScaling: Sendable, Equatable {
  /// Spacing that the taps belong to over the grid's, per axis.
  public let factors: [Double]
  public let interpolation: KernelInterpolation

  public init(factors: [Double], interpolation: KernelInterpolation) {
    precondition(factors.allSatisfy { $0 > 0 && $0.isFinite })
    self.factors = factors
    self.interpolation = interpolation
  }

  /// Whether nothing changes.
  public var isIdentity: Bool { interpolation == .unchanged || factors.allSatisfy { $0 == 1 } }

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
    return interpolation == .linear && s > 1 ? hats(s, last, centre) : shared(s, last, centre)
  }

  /// Taps of the function Σ_i w_i φ_i.
  private func hats(_ s: Double, _ last: Int, _ centre: Int) -> (
    taps: [[(column: Int, weight: Double)]], before: Int
  ) {
    // The outermost points inside the outermost hats; a foot that falls on a point but for rounding is none.
    let before = Int((Double(centre + 1) * s - 1e-9).rounded(.down))
    let behind = Int((Double(last - centre + 1) * s - 1e-9).rounded(.down))
    var sums = [Double](repeating: 0, count: last + 1)
    let heights = (-before...behind).map { j -> [(column: Int, weight: Double)] in
      let x = Double(j) / s + Double(centre)
      let left = Int(x.rounded(.down))
      let t = x - Double(left)
      let row = [(left, 1 - t), (left + 1, t)].filter { (0...last).contains($0.0) && $0.1 > 1e-9 }
        .map { (column: $0.0, weight: $0.1) }
      for entry in row { sums[entry.column] += entry.weight }
      return row
    }
    let taps = heights.map { row in row.map { (column: $0.column, weight: $0.weight / sums[$0.column]) } }
    return (taps, before)
  }

  /// Each tap shared linearly between the points around its place.
  private func shared(_ s: Double, _ last: Int, _ centre: Int) -> (
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
