import Autodiff

/// y(x) = 1/h · Σ_t K_t (u(x + t) − u(x)), t over the neighbours of a point: a combination of directional derivatives.
///
/// As h → 0 it tends to Σ_a (Σ_t K_t t_a) ∂_a u, with an error of order h, and h² where K is odd. Periodic axes repeat; on
/// others the field is continued by parabolas, so that differences at the edge have the same order. The tap at the centre
/// would drop out and does not exist.
///
/// Parameters: `weight` `[kernel^d − 1, Cin, Cout]`, uniform on ±1/√(Cin·kernel^d) at first.
///
/// - References: M. Liu-Schiaffini et al., Neural Operators with Localized Integral and Differential Kernels, ICML 2024,
///   arXiv:2402.16845, section 3.
public struct DifferenceConvolution {
  public let weight: Parameter
  private let kernel: Int
  private let isPeriodic: [Bool]

  /// - Parameter kernel: points along each axis; odd.
  public init(
    _ name: String, inputs: Int, outputs: Int, kernel: Int = 3, isPeriodic: [Bool],
    in builder: ParameterBuilder
  ) {
    precondition(kernel % 2 == 1, "a difference kernel has a centre")
    let taps = isPeriodic.reduce(1) { count, _ in count * kernel }
    let bound = 1 / Double(inputs * taps).squareRoot()
    weight = builder.scope(name) {
      builder.parameter("weight", shape: [taps - 1, inputs, outputs], initial: .uniform(bound: bound))
    }
    self.kernel = kernel
    self.isPeriodic = isPeriodic
  }

  /// - Parameter spacing: h, in the unit that derivatives are wanted in.
  public func callAsFunction(_ x: Variable, spacing: Double) -> Variable {
    let count = weight.shape[0] + 1
    let centre = count / 2
    let others = (0..<count).filter { $0 != centre }
    let stored = { (tap: Int) in tap < centre ? tap : tap - 1 }
    let rows = (0..<count).map { tap -> [(column: Int, weight: Double)] in
      tap == centre ? others.map { (stored($0), -1 / spacing) } : [(stored(tap), 1 / spacing)]
    }
    let reach = kernel / 2
    let margin = isPeriodic.map { $0 ? reach : 0 }
    let window = ConvolutionWindow(
      kernel: isPeriodic.map { _ in kernel }, stride: isPeriodic.map { _ in 1 }, before: margin,
      after: margin,
      boundary: isPeriodic.map { $0 ? .periodic : .zero })
    return x.extrapolated(by: isPeriodic.map { $0 ? 0 : reach })
      .convolved(weight: weight, window: window, taps: KernelTaps(stored: count - 1, rows: rows))
  }
}
