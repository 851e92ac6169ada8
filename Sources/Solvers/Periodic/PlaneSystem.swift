import ComplexModule
import RealModule
import Spectral

/// A pointwise reaction of several fields that needs one product: the field j gains c_j + w_j P(u_1, …).
package struct PlaneReaction: Sendable {
  /// Degree of P, which sets how many modes may be kept.
  package let degree: Int
  /// w_j.
  package let weights: [Double]
  /// c_j.
  package let constants: [Double]
  /// A rate that the first step resolves.
  package let rate: Double
  /// Overwrites the first field by P, for the given number of points.
  package let product: @Sendable ([UnsafeMutablePointer<Double>], Int) -> Void

  package init(
    degree: Int, weights: [Double], constants: [Double], rate: Double,
    product: @escaping @Sendable ([UnsafeMutablePointer<Double>], Int) -> Void
  ) {
    precondition(weights.count == constants.count)
    self.degree = degree
    self.weights = weights
    self.constants = constants
    self.rate = rate
    self.product = product
  }
}

/// Fourier coefficients of one or several real fields on a square torus of side ℓ, one packed plane after the other.
///
///     (u_j)_t = L_j u_j + c_j + w_j P(u_1, …)
///
/// A product costs one backward transform per field and one forward transform; the grid is passed once, row by row.
/// With (degree + 1)·K < N no product aliases into a kept mode.
package final class PlaneSystem: SemilinearSystem {
  package let plane: PackedPlane
  package let points: Int
  package let symbol: [Complex<Double>]
  package let reaction: PlaneReaction?
  private let fieldCount: Int
  private let transform: TruncatedPlaneTransform
  private let columns: [WorkArray]
  private let rows: [WorkArray]
  private let rowPointers: [UnsafeMutablePointer<Double>]
  private let scratch: WorkArray

  /// - Parameters:
  ///   - length: side ℓ.
  ///   - symbols: L_j of the wave-vector κ.
  package init(
    points: Int, length: Double, symbols: [(_ kappa1: Double, _ kappa2: Double) -> Complex<Double>],
    reaction: PlaneReaction?
  ) {
    precondition(!symbols.isEmpty && (reaction.map { $0.weights.count == symbols.count } ?? true))
    self.points = points
    self.reaction = reaction
    fieldCount = symbols.count
    let plane = PackedPlane(modes: max(1, (points - 1) / ((reaction?.degree ?? 1) + 1)))
    self.plane = plane
    let unit = 2 * Double.pi / length
    let waves = plane.wavenumbers.map { (unit * Double($0.k1), unit * Double($0.k2)) }
    symbol = symbols.flatMap { symbol in waves.map { symbol($0.0, $0.1) } }
    transform = TruncatedPlaneTransform(points: points, modes: plane.modes)
    let (columnCount, isLinear) = (transform.columnArrayCount, reaction == nil)
    columns = isLinear ? [] : symbols.map { _ in WorkArray(count: columnCount) }
    let rowPoints = transform.rowPoints
    rows = isLinear ? [] : symbols.map { _ in WorkArray(count: rowPoints) }
    rowPointers = rows.map(\.pointer)
    scratch = WorkArray(count: rowPoints)
  }

  package var modeCount: Int { fieldCount * plane.count }
  package var multiplicity: [Double] {
    let one = plane.multiplicity
    return (0..<fieldCount).flatMap { _ in one }
  }
  package var isOuter: [Bool] {
    let one = plane.wavenumbers.map { 10 * max(abs($0.k1), $0.k2) > 9 * plane.modes }
    return (0..<fieldCount).flatMap { _ in one }
  }

  package func nonlinearTerm(
    of state: UnsafeMutablePointer<Double>, time: Double, into result: UnsafeMutablePointer<Double>
  ) {
    guard let reaction else {
      result.update(repeating: 0, count: 2 * modeCount)
      return
    }
    for (j, column) in columns.enumerated() { load(state + 2 * j * plane.count, into: column.pointer) }
    let spectrum = scratch.pointer
    for row in 0..<points {
      for (column, values) in zip(columns, rowPointers) {
        transform.rowBackward(column.pointer, row: row, scratch: spectrum, to: values)
      }
      reaction.product(rowPointers, transform.rowPoints)
      transform.rowForward(rowPointers[0], scratch: spectrum, to: columns[0].pointer, row: row)
    }
    transform.columnsForward(columns[0].pointer)
    for j in 0..<fieldCount {
      gather(columns[0].pointer, weight: reaction.weights[j], into: result + 2 * j * plane.count)
      result[2 * j * plane.count] += reaction.constants[j]
    }
  }

  /// A step that resolves the reaction; infinite without one, where any step is exact.
  package var stepGuess: Double { reaction.map { 0.5 / max($0.rate, 1e-300) } ?? .infinity }

  private func load(_ state: UnsafeMutablePointer<Double>, into column: UnsafeMutablePointer<Double>) {
    let width = 2 * plane.columns
    for r in 0..<plane.rows {
      let target = 2 * transform.columnRow(ofPackedRow: r) * transform.columnStride
      (column + target).update(from: state + r * width, count: width)
    }
    transform.clearUnkeptRows(column)
    transform.columnsBackward(column)
  }

  private func gather(
    _ column: UnsafeMutablePointer<Double>, weight: Double, into result: UnsafeMutablePointer<Double>
  ) {
    let (width, scale) = (2 * plane.columns, weight / Double(points * transform.rowPoints))
    for r in 0..<plane.rows {
      let source = column + 2 * transform.columnRow(ofPackedRow: r) * transform.columnStride
      let target = result + r * width
      for i in 0..<width { target[i] = scale * source[i] }
    }
  }
}
