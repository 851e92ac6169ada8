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
/// where the convective and flux forms need five. The grid is passed once, row by row: two backward row
/// transforms, the two products, two forward row transforms, all in the first-level cache.
///
/// - References: C. Basdevant, Technical modifications for improving the accuracy of pseudo-spectral
///   simulations, J. Comput. Phys. 50 (1983) 209–214.
package final class VorticitySystem: SemilinearSystem {
  package let plane: PackedPlane
  package let points: Int
  package let symbol: [Complex<Double>]
  package let isOuter: [Bool]
  private let meanFlow: (Double, Double)
  private let forcing: [(index: Int, value: Complex<Double>)]
  private let transform: TruncatedPlaneTransform
  private let first: WorkArray
  private let second: WorkArray
  private let rowSpectrum: WorkArray
  private let rowU: WorkArray
  private let rowV: WorkArray

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
    symbol = wavenumbers.map {
      Complex(-viscosity * 4 * .pi * .pi * Double($0.k1 * $0.k1 + $0.k2 * $0.k2) - drag)
    }
    isOuter = wavenumbers.map { 10 * max(abs($0.k1), $0.k2) > 9 * plane.modes }
    self.forcing = FourierForcing.packed(forcing, on: plane)
    transform = TruncatedPlaneTransform(points: points, modes: plane.modes)
    first = WorkArray(count: transform.columnArrayCount)
    second = WorkArray(count: transform.columnArrayCount)
    rowSpectrum = WorkArray(count: 2 * transform.rowModeCount)
    rowU = WorkArray(count: points)
    rowV = WorkArray(count: points)
  }

  package var modeCount: Int { plane.count }
  package var multiplicity: [Double] { plane.multiplicity }

  package func nonlinearTerm(
    of state: UnsafeMutablePointer<Double>, time: Double, into result: UnsafeMutablePointer<Double>
  ) {
    velocity(of: state)
    multiply { u, v, i in
      let (a, b) = (u[i], v[i])
      u[i] = a * b
      v[i] = b * b - a * a
    }
    gather(into: result)
    for mode in forcing {
      result[2 &* mode.index] += mode.value.real
      result[2 &* mode.index &+ 1] += mode.value.imaginary
    }
  }

  /// Largest |u| + |v| on the grid.
  package func maximumSpeed(_ state: WorkArray) -> Double {
    var maximum = 0.0
    velocity(of: state.pointer)
    multiply { u, v, i in maximum = max(maximum, abs(u[i]) + abs(v[i])) }
    return maximum
  }

  /// Fourier coefficients of both velocity components, in rows of the column arrays.
  private func velocity(of state: UnsafeMutablePointer<Double>) {
    let (u, v, modes, columns) = (first.pointer, second.pointer, plane.modes, plane.columns)
    let inverse = 1 / (2 * Double.pi)
    for r in 0..<plane.rows {
      let k1 = Double(plane.wavenumber(ofRow: r))
      let target = 2 &* transform.columnRow(ofPackedRow: r) &* transform.columnStride
      let source = 2 &* r &* columns
      for k in 0...modes {
        let k2 = Double(k)
        let square = k1 * k1 + k2 * k2
        let scale = square > 0 ? inverse / square : 0
        let re = state[source &+ 2 &* k] * scale
        let im = state[source &+ 2 &* k &+ 1] * scale
        let at = target &+ 2 &* k
        // û = i k₂ ω̂/(2π|k|²), v̂ = -i k₁ ω̂/(2π|k|²)
        u[at] = -k2 * im
        u[at &+ 1] = k2 * re
        v[at] = k1 * im
        v[at &+ 1] = -k1 * re
      }
    }
    u[0] = meanFlow.0
    v[0] = meanFlow.1
    transform.clearUnkeptRows(u)
    transform.clearUnkeptRows(v)
    transform.columnsBackward(u)
    transform.columnsBackward(v)
  }

  /// Replaces the fields in the column arrays by two products, row by row.
  @inline(__always)
  private func multiply(
    _ body: (_ u: UnsafeMutablePointer<Double>, _ v: UnsafeMutablePointer<Double>, _ i: Int) -> Void
  ) {
    let (u, v, spectrum) = (rowU.pointer, rowV.pointer, rowSpectrum.pointer)
    for row in 0..<points {
      transform.rowBackward(first.pointer, row: row, spectrum: spectrum, to: u)
      transform.rowBackward(second.pointer, row: row, spectrum: spectrum, to: v)
      for i in 0..<points { body(u, v, i) }
      transform.rowForward(u, spectrum: spectrum, to: first.pointer, row: row)
      transform.rowForward(v, spectrum: spectrum, to: second.pointer, row: row)
    }
  }

  /// -(∂_xx - ∂_yy) A - ∂_xy B from the grid values of A = uv and B = v² - u².
  private func gather(into result: UnsafeMutablePointer<Double>) {
    let (a, b, columns) = (first.pointer, second.pointer, plane.columns)
    transform.columnsForward(a)
    transform.columnsForward(b)
    let scale = 4 * Double.pi * Double.pi / Double(points * points)
    for r in 0..<plane.rows {
      let k1 = Double(plane.wavenumber(ofRow: r))
      let source = 2 &* transform.columnRow(ofPackedRow: r) &* transform.columnStride
      let target = 2 &* r &* columns
      for k in 0..<columns {
        let k2 = Double(k)
        let weightA = scale * (k1 * k1 - k2 * k2)
        let weightB = scale * (k1 * k2)
        let at = source &+ 2 &* k
        result[target &+ 2 &* k] = weightA * a[at] + weightB * b[at]
        result[target &+ 2 &* k &+ 1] = weightA * a[at &+ 1] + weightB * b[at &+ 1]
      }
    }
  }
}
