import ComplexModule
import RealModule
import Spectral
import Tensors

/// Fourier coefficients of the 2-D incompressible Navier–Stokes equation in vorticity form on the unit torus.
///
///     ω_t + u·∇ω = ν Δω - μω + f,   u = U + (ψ_y, -ψ_x),   -Δψ = ω
///
/// The advection is evaluated in Basdevant's form,
///
///     u·∇ω = (∂_xx - ∂_yy)(uv) + ∂_xy (v² - u²)
///
/// which is the same function for a divergence-free u and needs two backward and two forward transforms
/// where the convective and flux forms need five. Both velocities are one complex field z = u + iv, and both products are
/// its square, z² = u² - v² + 2iuv: one complex transform each way. The grid is passed once, row by row: a backward row
/// transform, the square, a forward row transform, all in the first-level cache.
///
/// - References: C. Basdevant, Technical modifications for improving the accuracy of pseudo-spectral
///   simulations, J. Comput. Phys. 50 (1983) 209–214.
package final class VorticitySystem: SemilinearSystem {
  package let plane: PackedPlane
  package let points: Int
  package let symbol: [Complex<Double>]
  package let isOuter: [Bool]
  /// Coefficients of f at packed positions. They may be exchanged between trajectories, where every sample has a forcing
  /// of its own.
  package var forcing: [(index: Int, value: Complex<Double>)]
  private let meanFlow: (Double, Double)
  private let transform: ComplexPlaneTransform
  /// Column arrays, Fourier in k₂: one Fourier and one physical along the other axis.
  private let spectrum: WorkArray
  private let columns: WorkArray
  /// Its entries of modes that are not kept stay zero.
  private let rowSpectrum: WorkArray
  private let squareSpectrum: WorkArray
  private let row: WorkArray
  /// 1/(2π|k|²) of every packed mode, 0 for the mean.
  private let inverseLaplacian: WorkArray
  private let kernels = ModeKernels.active

  /// - Parameters:
  ///   - points: grid points N per direction; modes |k_i| ≤ K with 3K < N are kept.
  ///   - meanFlow: U, constant in space and time.
  ///   - forcing: coefficients of f, all among the kept modes.
  ///   - drag: μ.
  package init(
    points: Int, viscosity: Double, meanFlow: (Double, Double), forcing: [FourierForcing.Mode],
    drag: Double = 0
  ) {
    self.points = points
    let plane = PackedPlane(modes: (points - 1) / 3)
    self.plane = plane
    self.meanFlow = meanFlow
    let wavenumbers = plane.wavenumbers
    let squares = wavenumbers.map { Double($0.k1 * $0.k1 + $0.k2 * $0.k2) }
    symbol = squares.map { Complex(-viscosity * 4 * .pi * .pi * $0 - drag) }
    isOuter = wavenumbers.map { 10 * max(abs($0.k1), $0.k2) > 9 * plane.modes }
    inverseLaplacian = WorkArray(squares.map { $0 > 0 ? 1 / (2 * .pi * $0) : 0 })
    self.forcing = FourierForcing.packed(forcing, on: plane)
    transform = ComplexPlaneTransform(points: points, modes: plane.modes)
    spectrum = WorkArray(count: transform.columnArrayCount)
    columns = WorkArray(count: transform.columnArrayCount)
    rowSpectrum = WorkArray(count: 2 * points)
    squareSpectrum = WorkArray(count: 2 * points)
    row = WorkArray(count: 2 * points)
  }

  package var modeCount: Int { plane.count }
  package var multiplicity: [Double] { plane.multiplicity }

  package func nonlinearTerm(
    of state: UnsafeMutablePointer<Double>, time: Double, into result: UnsafeMutablePointer<Double>
  ) {
    loadVelocity(of: state)
    let (array, values) = (columns.pointer, row.pointer)
    for i in 0..<points {
      transform.rowBackward(array, row: i, spectrum: rowSpectrum.pointer, to: values)
      kernels.square(points, values)
      transform.rowForward(values, spectrum: squareSpectrum.pointer, to: array, row: i)
    }
    transform.columnsForward(array, to: spectrum.pointer)
    gather(into: result)
    for mode in forcing {
      result[2 &* mode.index] += mode.value.real
      result[2 &* mode.index &+ 1] += mode.value.imaginary
    }
  }

  /// Largest |u| + |v| on the grid.
  package func maximumSpeed(_ state: WorkArray) -> Double {
    var maximum = 0.0
    loadVelocity(of: state.pointer)
    let z = Self.pairs(row.pointer)
    for i in 0..<points {
      transform.rowBackward(columns.pointer, row: i, spectrum: rowSpectrum.pointer, to: row.pointer)
      for j in 0..<points { maximum = max(maximum, abs(z[j].x) + abs(z[j].y)) }
    }
    return maximum
  }

  /// The complex velocity in ``columns``, physical along x₁.
  ///
  /// û = i k₂ ω̂/(2π|k|²) and v̂ = -i k₁ ω̂/(2π|k|²), so ẑ = (k₁ + i k₂) ω̂/(2π|k|²); that of -k follows from ω̂(-k) = conj ω̂(k).
  private func loadVelocity(of state: UnsafeMutablePointer<Double>) {
    let z = spectrum.pointer
    let (count, width) = (plane.columns, 2 * transform.columnStride)
    for r in 0..<plane.rows {
      let k1 = plane.wavenumber(ofRow: r)
      kernels.velocity(
        count, k1: k1, of: state + 2 * r * count, inverse: inverseLaplacian.pointer + r * count,
        here: z + transform.columnRow(of: k1) * width,
        mirror: z + transform.columnRow(of: -k1) * width + 2 * transform.mirrorColumn)
    }
    z[0] = meanFlow.0
    z[1] = meanFlow.1
    transform.clearUnkeptRows(spectrum.pointer)
    transform.columnsBackward(spectrum.pointer, to: columns.pointer)
  }

  /// -(∂_xx - ∂_yy)(uv) - ∂_xy (v² - u²) from the coefficients W of z²: with p = k₁² - k₂², q = 2k₁k₂ and V = W(-k),
  ///
  ///     π² (p Im(W + V) - q Re(W + V),   p Re(V - W) + q Im(V - W))
  private func gather(into result: UnsafeMutablePointer<Double>) {
    let w = spectrum.pointer
    let (count, width) = (plane.columns, 2 * transform.columnStride)
    let scale = Double.pi * Double.pi / Double(points * points)
    for r in 0..<plane.rows {
      let k1 = plane.wavenumber(ofRow: r)
      let here = w + transform.columnRow(of: k1) * width
      let mirror = w + transform.columnRow(of: -k1) * width
      // The image of column 0 is column 0; the kernel looks for it behind the others.
      mirror[2 * (transform.mirrorColumn + count - 1)] = mirror[0]
      mirror[2 * (transform.mirrorColumn + count - 1) + 1] = mirror[1]
      kernels.advection(
        count, k1: k1, scale: scale, here: here, mirror: mirror + 2 * transform.mirrorColumn,
        into: result + 2 * r * count)
    }
  }

  @inline(__always)
  private static func pairs(_ pointer: UnsafeMutablePointer<Double>) -> UnsafeMutablePointer<SIMD2<Double>> {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: SIMD2<Double>.self)
  }
}
