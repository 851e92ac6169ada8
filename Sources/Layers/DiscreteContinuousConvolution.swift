import Autodiff

/// y(x) = ∫_{|z| < R} k(z) u(x + z) dz + b with k = Σ_l W_l ψ_l: an integral with a kernel of fixed physical size.
///
/// The kernel is sampled anew on every grid, q_j ψ_l normalised so that Σ_j q_j ψ_l(z_j) = 1: the image of a constant c is
/// c·Σ_l W_l, and outputs converge as the grid is refined. Periodic axes repeat; on others the field is mirrored at its
/// outermost points, which keeps constants up to the edge.
///
/// Parameters: `weight` `[functions, Cin, Cout]`, normal with deviation 1/√Cin; `bias` `[Cout]`, 0 at first.
///
/// - References: as ``DiscBasis``; M. Liu-Schiaffini et al., ICML 2024, arXiv:2402.16845.
public struct DiscreteContinuousConvolution {
  public let weight: Parameter
  public let bias: Parameter
  private let basis: DiscBasis
  private let isPeriodic: [Bool]

  public init(
    _ name: String, inputs: Int, outputs: Int, basis: DiscBasis, isPeriodic: [Bool],
    in builder: ParameterBuilder
  ) {
    (weight, bias) = builder.scope(name) {
      (
        builder.parameter(
          "weight", shape: [basis.count, inputs, outputs],
          initial: .normal(deviation: 1 / Double(inputs).squareRoot())),
        builder.parameter("bias", shape: [outputs], initial: .zeros)
      )
    }
    self.basis = basis
    self.isPeriodic = isPeriodic
  }

  /// - Parameter spacing: distance of neighbouring points along each axis, in the unit of the radius.
  public func callAsFunction(_ x: Variable, spacing: [Double]) -> Variable {
    guard let table = basis.table(spacing: spacing) else {
      preconditionFailure("the grid is too coarse for the disc")
    }
    let window = ConvolutionWindow(
      kernel: table.window, stride: table.window.map { _ in 1 }, before: table.window.map { $0 / 2 },
      after: table.window.map { $0 / 2 }, boundary: isPeriodic.map { $0 ? .periodic : .reflect })
    return x.convolved(
      weight: weight, bias: bias, window: window, taps: KernelTaps(stored: basis.count, rows: table.rows))
  }
}
