import ComplexModule
import RealModule
import Spectral

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
  private let rowSpectrum: WorkArray
  private let row: WorkArray
  /// 1/(2π|k|²) of every packed mode, 0 for the mean.
  private let inverseLaplacian: WorkArray

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
    row = WorkArray(count: 2 * points)
  }

  package var modeCount: Int { plane.count }
  package var multiplicity: [Double] { plane.multiplicity }

  package func nonlinearTerm(
    of state: UnsafeMutablePointer<Double>, time: Double, into result: UnsafeMutablePointer<Double>
  ) {
    loadVelocity(of: state)
    let (array, values) = (columns.pointer, row.pointer)
    let z = Self.pairs(values)
    for i in 0..<points {
      transform.rowBackward(array, row: i, spectrum: rowSpectrum.pointer, to: values)
      for j in 0..<points {
        let (u, v) = (z[j].x, z[j].y)
        z[j] = SIMD2(u * u - v * v, 2 * (u * v))
      }
      transform.rowForward(values, spectrum: rowSpectrum.pointer, to: array, row: i)
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
    let (z, omega) = (Self.pairs(spectrum.pointer), Self.pairs(state))
    let (modes, width) = (plane.modes, transform.columnStride)
    for r in 0..<plane.rows {
      let wavenumber = plane.wavenumber(ofRow: r)
      let k1 = Double(wavenumber)
      let source = omega + r &* plane.columns
      let inverse = inverseLaplacian.pointer + r &* plane.columns
      let here = z + transform.columnRow(of: wavenumber) &* width
      let mirror = z + transform.columnRow(of: -wavenumber) &* width
      here[0] = source[0] * (k1 * inverse[0])
      for k in stride(from: 1, through: modes, by: 1) {
        let value = source[k] * inverse[k]
        let (first, second) = (k1 * value, Double(k) * value)
        here[k] = SIMD2(first.x - second.y, first.y + second.x)
        mirror[2 &* modes &+ 1 &- k] = SIMD2(-first.x - second.y, first.y - second.x)
      }
    }
    z[0] = SIMD2(meanFlow.0, meanFlow.1)
    transform.clearUnkeptRows(spectrum.pointer)
    transform.columnsBackward(spectrum.pointer, to: columns.pointer)
  }

  /// -(∂_xx - ∂_yy)(uv) - ∂_xy (v² - u²) from the coefficients W of z²: with p = k₁² - k₂², q = 2k₁k₂ and V = W(-k),
  ///
  ///     π² (p Im(W + V) - q Re(W + V),   p Re(V - W) + q Im(V - W))
  private func gather(into result: UnsafeMutablePointer<Double>) {
    let (w, target) = (Self.pairs(spectrum.pointer), Self.pairs(result))
    let (modes, width) = (plane.modes, transform.columnStride)
    let scale = Double.pi * Double.pi / Double(points * points)
    for r in 0..<plane.rows {
      let wavenumber = plane.wavenumber(ofRow: r)
      let k1 = Double(wavenumber)
      let here = w + transform.columnRow(of: wavenumber) &* width
      let mirror = w + transform.columnRow(of: -wavenumber) &* width
      let out = target + r &* plane.columns
      for k in 0...modes {
        let k2 = Double(k)
        let (p, q) = (scale * (k1 * k1 - k2 * k2), 2 * scale * (k1 * k2))
        let (value, other) = (here[k], mirror[k == 0 ? 0 : 2 &* modes &+ 1 &- k])
        let (sum, difference) = (value + other, other - value)
        out[k] = SIMD2(p * sum.y - q * sum.x, p * difference.x + q * difference.y)
      }
    }
  }

  @inline(__always)
  private static func pairs(_ pointer: UnsafeMutablePointer<Double>) -> UnsafeMutablePointer<SIMD2<Double>> {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: SIMD2<Double>.self)
  }
}
