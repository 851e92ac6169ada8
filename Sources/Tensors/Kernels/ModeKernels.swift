import CKernels

/// Passes over Fourier modes in double precision, on the best instruction set of the processor.
///
/// A mode is an interleaved complex number. These calls take plain pointers, as the transforms between them do: whoever
/// calls one owns the arrays and knows their lengths, which stand with every parameter.
public struct ModeKernels: Sendable {
  private let kernels: Kernels
  private var table: UnsafePointer<OpkitKernels> { kernels.table }

  /// The kernels in use.
  public static let active = ModeKernels()

  /// - Parameter set: an instruction set this processor supports; tests compare several.
  public init(set: KernelSet = .active) {
    kernels = Kernels(.float64, set: set)
  }

  /// out_k = Σ_j w_j,k·x_j,k
  ///
  /// - Parameters:
  ///   - count: modes of every array.
  ///   - isComplex: whether weights are complex numbers; otherwise one real number a mode.
  ///   - terms: number of arrays on either list, 1 to 8.
  @inline(__always)
  public func combine(
    _ count: Int, isComplex: Bool, terms: Int, weights: UnsafePointer<UnsafeRawPointer?>,
    values: UnsafePointer<UnsafeRawPointer?>, into out: UnsafeMutablePointer<Double>
  ) {
    precondition((1...8).contains(terms), "a combination has 1 to 8 terms")
    table.pointee.mode_combine(count, isComplex ? 1 : 0, Int32(terms), weights, values, out)
  }

  /// One more than the last of `count` modes with |x_k|² > share·Σ|x|², or 0; `count` if that is not a number.
  @inline(__always)
  public func activeModes(_ count: Int, _ x: UnsafePointer<Double>, above share: Double) -> Int {
    table.pointee.active_modes(count, x, share)
  }

  /// Modes of a real line as those of the complex line of `half` points that holds its even points as real and its odd
  /// ones as imaginary parts: z_j = x_2j + i x_2j+1.
  ///
  /// - Parameters:
  ///   - half: half of the real line's points; `spectrum` has as many modes.
  ///   - count: modes of the real line that are given, at most `half`; higher ones are zero.
  ///   - turns: i·exp(2πi m/(2·half)), m = 0…half.
  @inline(__always)
  public func spreadLine(
    half: Int, count: Int, _ modes: UnsafePointer<Double>, turns: UnsafePointer<Double>,
    into spectrum: UnsafeMutablePointer<Double>
  ) {
    table.pointee.line_spread(half, count, modes, turns, spectrum)
  }

  /// The way back from ``spreadLine(half:count:_:turns:into:)``, `count` ≤ `half` modes, each times a complex factor
  /// where factors are given.
  @inline(__always)
  public func gatherLine(
    half: Int, count: Int, _ spectrum: UnsafePointer<Double>, turns: UnsafePointer<Double>,
    factors: UnsafePointer<Double>?, into modes: UnsafeMutablePointer<Double>
  ) {
    table.pointee.line_gather(half, count, spectrum, turns, factors, modes)
  }

  /// x ← c₀ + c₁x + c₂x² + c₃x³ + c₄x⁴ for `count` real numbers.
  ///
  /// - Parameter degree: 2 where c₃ and c₄ are zero.
  @inline(__always)
  public func applyQuartic(
    _ coefficients: SIMD8<Double>, degree: Int, _ count: Int, _ x: UnsafeMutablePointer<Double>
  ) {
    withUnsafeBytes(of: coefficients) { table.pointee.quartic(count, Int32(degree), $0.baseAddress, x) }
  }

  /// z ← z² for `count` complex numbers.
  @inline(__always)
  public func square(_ count: Int, _ z: UnsafeMutablePointer<Double>) {
    table.pointee.complex_square(count, z)
  }

  /// The velocity u + iv of a vorticity's modes (k₁, k₂), k₂ = 0…`count` - 1, and of (-k₁, -k₂), which follows because the
  /// vorticity is real: with V = inverse·ω,
  ///
  ///     here[k₂] = (k₁ + i k₂) V[k₂],   mirror[count - 1 - k₂] = -conj((k₁ - i k₂) V[k₂])
  @inline(__always)
  public func velocity(
    _ count: Int, k1: Int, of vorticity: UnsafePointer<Double>, inverse: UnsafePointer<Double>,
    here: UnsafeMutablePointer<Double>, mirror: UnsafeMutablePointer<Double>
  ) {
    table.pointee.vorticity_velocity(0, count, Double(k1), vorticity, inverse, here, mirror)
  }

  /// The advection of modes (k₁, k₂), k₂ = 0…`count` - 1, from the squared velocity's coefficients there and at (-k₁, -k₂):
  /// with W = here[k₂], V = mirror[count - 1 - k₂], p = scale (k₁² - k₂²), q = 2 scale k₁k₂,
  ///
  ///     out[k₂] = p Im(W + V) - q Re(W + V) + i (p Re(V - W) + q Im(V - W))
  @inline(__always)
  public func advection(
    _ count: Int, k1: Int, scale: Double, here: UnsafePointer<Double>, mirror: UnsafePointer<Double>,
    into out: UnsafeMutablePointer<Double>
  ) {
    table.pointee.vorticity_advection(0, count, Double(k1), scale, here, mirror, out)
  }
}
